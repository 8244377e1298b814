// Copying with one tap, and the keys: N for a new follow-up, / for the search. The pages work without it.
(function () {
  document.querySelectorAll('[data-copy]').forEach(function (button) {
    var field = document.getElementById(button.dataset.copy);
    if (!field) return;
    button.hidden = false;
    button.addEventListener('click', function () {
      field.select();
      var done = function () { button.textContent = '已复制'; };
      if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(done, function () {});
      else if (document.execCommand('copy')) done();
    });
  });
  addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    var link = document.querySelector('[data-key="' + event.key.toLowerCase() + '"]');
    if (!link) return;
    event.preventDefault();
    if (link.tagName === 'INPUT') link.focus(); else link.click();
  });
})();
