"""Name cells as agencies write them, of many origins: of one person, and of two, by the source's separator."""

from __future__ import annotations

ONE = [line.strip() for line in """
SMITH, John
Smith, John Paul
SMITH JONES, Ann (Mrs)
Mrs Ann Smith-Jones
O'BRIEN, Pat (Mr)
O BRIEN, Siobhan Mary
O’Neill, Máire
MAC DONALD, Ian (Mr)
McDONALD John
AP RHYS, Dylan (Dr)
ap Gwilym, Rhys
LLOYD GEORGE, David
ST JOHN, Priya Fatima
St John, Tom (Mr)
St John Smythe, Hugo
ROSE SMITH, Ann Mrs
ROSE TYLER, Ann (Mrs)
LEE SMITH, Ann (Mrs)
LEE WILSON, Paul James
MAY BROWN, Ann (Ms)
MAY BROWN, Ann Jones
JUNE SMITH, Mary Grant
GRANT SMITH, Ann (Ms)
GRACE LEE, Ann (Mrs)
DEAN SMITH, Sarah Kate
JOHN PAUL, Peter (Rev)
JAMES HENRY, Paul (Mr)
THOMAS DAVID, Owen (Mr)
VAUGHAN WILLIAMS, Ralph
SANDS, Andy (Mr)
HAND, Mandy
BRANDON, Anders
ANDERSON, Andrew
VAN DYKE, Marek (Ms)
Van Dyke, Marek (Mrs)
VAN DYKE, Marek Mr
VAN DYKE, Mr Marek
VAN DYKE, Marek (DECEASED)
VAN DYKE, Marek (Cllr)
VAN DYKE, Marek Jade
VAN DYKE, Mark John
VAN DER BERG, Tom (Mr)
Marek Van Dyke (Mr)
TER STEGE, Jan (Ms)
VON TRAPP, Max (Mr)
VON TRAPP, Max Karl
DE VRIES, Jan Willem
LE ROUX, Ann (Miss)
DE LA CRUZ, Juan Carlos
GARCIA LOPEZ, Maria (Mrs)
García López, María José
Maria del Carmen Garcia Lopez
DA SILVA, Rui (Mr)
DOS SANTOS, Rui (Mr)
DE SOUZA, Ana (Mrs)
SILVA PEREIRA, João Miguel
Ana De Souza Lima
Rui dos Santos e Silva
DI MARIA, Angel
DELLA ROSA, Anna Maria
PAPADOPOULOU, Eleni
KOWALSKA NOWAK, Anna (Pani)
KOWALSKI, Jan Paweł
Nowak-Kowalska, Agnieszka
POPESCU ION, Maria (Mrs)
IONESCU, Andrei Mihai
HORVÁTH, István
NAGY, Anna Mária
JOVANOVIĆ, Ana
DIMITROVA PETROVA, Elena
IVANOV, Ivan Ivanovich
SHEVCHENKO, Oleksandr Petrovych
PETRAUSKAS, Jonas
OZOLS, Jānis
YILMAZ, Ali Riza
OZTURK, Mehmet Can
DEMIRTAS KAYA, Ayse
HUSSAIN SHAH, Ali (Mr)
HUSSAIN SHAH, Ali Raza
HUSSAIN, Ali Raza
ALI KHAN, Omar (Mr)
ALI KHAN, Omar Hassan
ALI KHAN, Omar Imran
SHAH KHAN, Imran Ali
ALI SHAH, Sana Bibi
JAN KHAN, Gul Mohammad
MOHAMMED ALI, Omar (Mr)
MOHAMMED ALI, Omar Mr
MOHAMMED ALI, Omar Hassan
AHMED HASSAN, Ali (Mr)
Khan, Mohammed Imran Ali
Mohammed Imran Khan
BIBI, Fatima
AL MASRI, Omar (Mr)
AL MASRI, Omar (Jnr)
AL MASRI, Omar Sami
AL MASRI, Omar (Mr) (DO NOT USE)
AL-MASRI, Omar (Mr)
EL SAYED, Amr (Dr)
ABU BAKR, Ali (Mr)
BIN LADIN, Salem (Mr)
IBN KHALDUN, Omar
ABDUL RAHMAN, Ali (Mr)
ABD EL FATTAH, Mona Said
MOHAMED OSMAN ALI, Hodan (Ms)
Hodan Mohamed Osman Ali
FARAH NUR, Abdi Ali
TEKLE, Selam Gebre
HAILE SELASSIE, Daniel (Mr)
OKAFOR, Chinedu Emmanuel
OLA DAVIES, Grace (Mrs)
ADE OJO, Bola Mary
MENSAH BONSU, Kofi (Mr)
KWAME NKRUMAH, Samia
NDIAYE, Fatou
DIALLO, Mamadou Ali
MUKASA, Grace Nakato
ROY CHOWDHURY, Anita Devi
SEN GUPTA, Anil Kumar
SINGH GILL, Jas (Mr)
KAUR SINGH, Jas (Miss)
KAUR, Manpreet (Mrs)
PATEL, Andre (Mr)
Patel, Nilesh Kumar
DEVI PATEL, Anita (Mrs)
DE MEL, Nimal
PERERA, Don Ruwan
GURUNG, Dil Maya
RAI, Sita Devi
TRAN VAN, Minh (Mr)
VAN NGUYEN, Minh (Mr)
NGUYEN, Van Minh (Mr)
NGUYEN THI, Lan Anh
NGUYEN THI MAI, Lan
KIM LEE, Sun Young
CHAN, Tai Man
LEE KA SHING, Richard
WONG LEE, Amy (Ms)
CHEN, Wei (David)
ZHANG, Min Jun
YAMADA, Hana
DELA CRUZ, Maria Clara
DEL ROSARIO, Joy Ann
SANTOS, Maria Theresa Ann
TUI, Sione Tevita
SMITH, John (AKA Jones, Mary)
SMITH, Mary (nee JONES)
Smith, John (Mr) (Bob)
VAN DYKE (nee Smith), Ann (Mrs)
Anderson (formerly Brown), Rose
SMITH, John and partner
John Smith and mother
SMITH, John & baby
John Smith with his mum
SMITH, John + carer
SMITH John and family
John Smith and others
SMITH, John & 2 others
SMITH, John\nPaul
SMITH,\nJohn
John Andrew Plusquellec
Withers, Amanda
""".splitlines() if line.strip()]  # fmt: skip
ONE = [name.replace("\\n", "\n") for name in ONE]
"""Cells of one person that are read without a separator of the source's own."""

ONE_PARTED = {
    "/": [
        "SMITH/John", "SMITH/John Paul", "SMITH/John/Paul", "SMITH/John/Paul/George", "SMITH / John", "SMITH JONES/Ann",
        "ST JOHN/Anne", "VAN DYKE/Marek", "AL MASRI/Omar (Mr)", "HUSSAIN SHAH/Ali Raza", "O'BRIEN/Pat", "SMITH/John Mr",
        "MAY BROWN/Ann", "NGUYEN/Van Minh", "DE LA CRUZ/Juan Carlos", "SMITH/John (nee JONES)", "ROSE SMITH/Ann/Jane",
        "SMITH/JOHN", "SMITH/JOHN/PAUL", "Smith/John and partner", "AHMED HASSAN/Ali Omar",
    ],
    "^": ["SMITH^John", "VAN DYKE^Marek^Jade", "ALI KHAN^Omar^^Mr"],
    " - ": ["SMITH - John", "SMITH JONES - Ann Marie", "VAN DYKE - Marek", "AL MASRI - Omar Sami", "Smith-Jones - Ann"],
    ";": ["SMITH; John", "VAN DYKE; Marek (Ms)", "HUSSAIN SHAH; Ali Raza"],
    "|": ["SMITH|John", "SEN GUPTA|Anil Kumar"],
    ":": ["SMITH: John", "ST JOHN: Priya Fatima"],
}  # fmt: skip
"""Cells of one person by the mark that parts the family name from the given name."""

TWO = [line.strip().replace("\\n", "\n") for line in r"""
SMITH John and JONES Mary
SMITH John & JONES Mary
SMITH John; JONES Mary
SMITH John + JONES Mary
SMITH John / JONES Mary
SMITH, John & JONES, Mary
SMITH, John and JONES, Mary
SMITH, John; JONES, Mary
SMITH, John, JONES, Mary
SMITH, John / JONES, Mary
SMITH, John\nJONES, Mary
John Smith\nMary Jones
John Smith - Mary Jones
1) John Smith 2) Mary Jones
1. SMITH John 2. JONES Mary
(1) SMITH, John (2) JONES, Mary
SMITH John plus JONES Mary
John Smith with Mary Jones
John Smith & Mary Jones
John Smith AND Mary Jones
John & Mary Smith
Mr & Mrs Smith
J Smith & M Jones
SMITH J / JONES M
John Smith, Mary Jones
JOHN SMITH, MARY JONES
Smith John, Jones Mary
SMITH John, JONES Mary
SMITH John JONES Mary
JOHN Smith MARY Jones
SMITH John Paul JONES Mary Ann
SMITH John || JONES Mary
SMITH John // JONES Mary
SMITH John \ JONES Mary
SMITH John | JONES Mary
Mr John Smith and Mrs Mary Jones
Mr John Smith, Mrs Mary Jones
SMITH, John (Mr) and JONES, Mary (Mrs)
SMITH, John (Mr), JONES, Mary (Mrs)
KHAN Imran and KHAN Sana
KHAN, Imran & BIBI, Fatima
Imran Khan, Fatima Khan
Imran & Fatima Khan
NGUYEN, Van Minh & TRAN, Lan
KOWALSKI Jan i KOWALSKA Anna
KOWALSKI, Jan + KOWALSKA, Anna
POPESCU Ion si POPESCU Maria
SILVA Joao e SILVA Ana
GARCIA Jose y LOPEZ Maria
MULLER Hans und MULLER Anna
SMITH John w/ JONES Mary
John Smith n Mary Jones
OKAFOR Chinedu and MENSAH Kofi
SINGH Jas, KAUR Manpreet
SINGH Jas; KAUR Manpreet; GILL Harjit
John Smith, Mary Jones and Peter Brown
John Smith, Mary Jones, Peter Brown
VAN DYKE, Marek and DE VRIES, Jan
AL MASRI, Omar & EL SAYED, Amr
John Smith then Mary Jones
SMITH John versus JONES Mary
Romeo and Juliet
""".splitlines() if line.strip()]  # fmt: skip
"""Cells of two people or more, where the source has no separator."""

TWO_PARTED = {
    "/": [
        "SMITH/John & JONES/Mary", "SMITH/John AND JONES/Mary", "SMITH/John, JONES/Mary", "SMITH/John; JONES/Mary",
        "SMITH/John + JONES/Mary", "SMITH/John / JONES/Mary", "SMITH/JOHN&JONES/MARY", "SMITH/John\nJONES/Mary",
        "SMITH/John with JONES/Mary", "SMITH/John JONES/Mary", "SMITH/John/JONES/Mary", "SMITH/John - JONES/Mary",
        "SMITH/John plus JONES/Mary", "1) SMITH/John 2) JONES/Mary", "SMITH/JOHN JONES/MARY", "KHAN/Imran KHAN/Sana",
        "SMITH/John Paul & JONES/Mary", "SMITH/John; JONES/Mary; BROWN/Peter", "SMITH/John (Mr), JONES/Mary (Mrs)",
        "AL MASRI/Omar & EL SAYED/Amr", "SMITH/John | JONES/Mary", "John Smith and Mary Jones",
        "SMITH/John // JONES/Mary",
    ],
    "^": ["SMITH^John & JONES^Mary", "SMITH^John; JONES^Mary"],
    " - ": ["SMITH - John & JONES - Mary", "SMITH - John and JONES - Mary", "SMITH - John, JONES - Mary"],
    ";": ["SMITH; John & JONES; Mary", "SMITH; John; JONES; Mary", "SMITH; John / JONES; Mary"],
    "|": ["SMITH|John and JONES|Mary", "SMITH|John; JONES|Mary", "SMITH|John JONES|Mary"],
    ":": ["SMITH: John & JONES: Mary", "SMITH: John, JONES: Mary"],
}  # fmt: skip
"""Cells of two people or more by the mark that parts the family name from the given name."""
