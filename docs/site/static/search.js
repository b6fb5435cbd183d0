/* The first page found takes the keyboard: type, Enter, Enter. */
(function () {
  const results = document.getElementById("search-results");
  if (!results) return;
  new MutationObserver(function (_, watch) {
    const first = results.querySelector("ul.search li a");
    if (!first) return;
    watch.disconnect();
    first.focus();
  }).observe(results, { childList: true, subtree: true });
})();
