"""What a call came to, why it was made and how somebody lives, in a cell for a name: nobody; and people so called."""

from __future__ import annotations

import pytest

from hiu.extract.values.people.names import read_name

OUTCOMES = """
Caller abandoned|Line dead|Hung up|Caller hung up|Call dropped|Line cleared|Line went dead|Cut off|Rang off|Callback
Call terminated|Caller disconnected|Abandoned by caller|Caller lost|Voicemail only|No speech heard|Call back|Hang up
Background noise only|Caller put phone down|Prank call|Silent 999|phone disconnected|caller ended call|NFD|NFA
Same as above|Same person|Same patient as before|As previous|As per log|See previous log|Same caller again
"""
CALLERS = """
as caller|Self|Same as caller|Same as the caller|Patient|The patient|Client|Service user|Caller|Pt is caller|Caller/self
Patient is the caller|As above|Himself|Herself|Themselves|Self referral|Self - caller|(self)|Self.|Caller is patient|S/U
as informant|Same as above|Pt
"""
CAUSES = """
Chest pain|Overdose|Self harm|Concern for welfare|Welfare check|Mental health crisis|Domestic incident|Assaulted|RTC
Cardiac arrest|Breathing difficulties|Unconscious|Public order|Suicidal|Attempted suicide|Anti social behaviour
Panic attack|Road traffic collision|Medical emergency|Noise complaint
"""
CIRCUMSTANCES = """
Rough sleeper|Street homeless|No fixed abode|Homeless male|Sofa surfer|Sleeping rough|Rough sleeping|Street drinker
Female sleeping rough|Homeless|Beggar|Begging outside Tesco|Nurse in charge|Sister in charge|Person in charge
Doctor on call|Nurse on duty|GP on call
"""
PEOPLE = """
HUNG, Nguyen|Hung Nguyen|NGUYEN, Hung|UP, Ann|HOMELESS, Ray|ROUGH, Peter|Peter Rough|CHARGE, Ann|Ann Charge|FALL, Jean
Jean Fall|PAIN, Chris|HARM, Ruth|Ruth Harm|SELF, Will|Will Self|BACK, Anna|HEAD, Edith|BURNS, Robert|LINE, Anna
Line Hansen|DEAD, Ivor|LOST, Maria|ORDER, Hans|STROKE, Paul|FOR, Kim|PANIC, Milan|CHECK, John|PUBLIC, John|SAME, Ali
Ali Same|SAFETY, Joy|ROAD, Mary|SILENCE, Dogood|VOICE, Emma|NOISE, Karl|SIGNAL, Ian|CALL, Tom|MENTAL, Eva|CRISIS, Ivan
ABUSE, Jo|Joy Harm|Hope Fall|HEALTH, Joy|ANTI, Jouni|SOCIAL, Ian|DAMAGE, Roy|SLEEPER, Jim|Jim Sleeper|DRINKER, Ann
CLIENT, Ann|Ann Client|Will Self|Ann Caller|USER, Tim|PATIENT, Bo|Bo Pt
BEGGAR, Kim|PREVIOUS, Lee|LEFT, Mia|OFF, Jan|DOWN, Lesley|Lesley Down|CLEARED, Ann|Grace Abuse
"""


def cells(*tables: str) -> list[str]:
    return [cell for table in tables for line in table.strip().splitlines() for cell in line.split("|")]


@pytest.mark.parametrize("cell", cells(OUTCOMES, CALLERS, CAUSES, CIRCUMSTANCES))
def test_they_name_nobody(cell: str) -> None:
    for text in (cell, cell.upper(), cell.lower()):
        name = read_name(text)
        assert (name.unknown, name.given, name.family) == (True, None, None)


@pytest.mark.parametrize("cell", cells(PEOPLE))
def test_people_with_such_names_stay(cell: str) -> None:
    name = read_name(cell)
    assert not name.unknown
    assert name.given
    assert name.family
