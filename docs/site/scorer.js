/* A heading that holds the words asked for comes before pages that hold them somewhere. */
var Scorer = {
  score: (found) => found[4] + (found[6] === "title" ? 20 : 0),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
