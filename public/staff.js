// Copying with one tap, the keys N for a new follow-up and / for the search, and forms that are not lost with the
// network. The pages work without it.
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
  // A form that is sent without a network would leave the page with all that was typed: whether the server is there is
  // asked first. What is lost after that is sent again under the same key.
  var sure = false;
  addEventListener('submit', function (event) {
    var form = event.target, button = event.submitter;
    if (form.method !== 'post' || sure || !form.requestSubmit) return;
    event.preventDefault();
    var note = form.querySelector('[data-lost]');
    if (note) note.remove();
    var limit = new AbortController();
    var late = setTimeout(function () { limit.abort(); }, 8000);
    fetch('/livez', { cache: 'no-store', signal: limit.signal }).then(function (answer) {
      clearTimeout(late);
      if (!answer.ok) throw answer;
      sure = true;
      form.requestSubmit(button);
      sure = false;
    }).catch(function () {
      clearTimeout(late);
      note = document.createElement('p');
      note.setAttribute('role', 'alert');
      note.setAttribute('data-lost', '');
      note.className = 'zs-form-field__error';
      note.textContent = '网络不通，没有发出去。您填的都还在，网络好了再点一次。';
      form.insertBefore(note, button && button.parentNode === form ? button : null);
    });
  });
  // What was refused is read first, and what a link of it names is unfolded.
  var summary = document.getElementById('problem');
  if (summary) summary.focus();
  var unfold = function () {
    var field = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var part = field; part; part = part.parentElement) if (part.tagName === 'DETAILS') part.open = true;
    if (field) field.scrollIntoView();
  };
  addEventListener('hashchange', unfold);
  addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    var link = document.querySelector('[data-key="' + event.key.toLowerCase() + '"]');
    if (!link) return;
    event.preventDefault();
    if (link.tagName === 'INPUT') link.focus(); else link.click();
  });
})();
