// Copying with one tap, the keys of the desk, and forms that are not lost with the network. The pages work without it.
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
  document.querySelectorAll('[data-text]').forEach(function (button) {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener('click', function () {
      navigator.clipboard.writeText(button.dataset.text).then(function () { button.textContent = '已复制'; }, function () {});
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
  // A mark leads back to its list: whoever was next stands where they stood, so that the next tap hits nobody else.
  var topOf = function (id) {
    var row = id && document.getElementById(id);
    return row && row.getClientRects().length ? row.getBoundingClientRect().top : null;
  };
  addEventListener('submit', function (event) {
    var row = event.target.closest('.zs-row[id]');
    if (!row) return;
    for (var ids = []; row && ids.length < 3; row = row.nextElementSibling) if (row.id) ids.push(row.id);
    var own = ids.shift(), rows = ids.concat(own).map(function (id) { return [id, topOf(id)]; });
    sessionStorage.setItem('zs-place', JSON.stringify([location.pathname, Date.now(), rows, scrollY]));
  }, true);
  var place = JSON.parse(sessionStorage.getItem('zs-place') || 'null');
  sessionStorage.removeItem('zs-place');
  if (place && place[0] === location.pathname && Date.now() - place[1] < 20000) {
    var restore = function () {
      var now = place[2].filter(function (row) { return row[1] !== null && topOf(row[0]) !== null; })[0];
      if (now) scrollBy(0, topOf(now[0]) - now[1]); else scrollTo(0, place[3]);
    };
    restore();
    // The browser goes to the row that the address names once the page is whole.
    addEventListener('load', function () { requestAnimationFrame(restore); });
  }
  // What was refused is read first, and what a link of it names is unfolded.
  var summary = document.getElementById('problem');
  if (summary) summary.focus();
  var unfold = function () {
    var field = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var part = field; part; part = part.parentElement) if (part.tagName === 'DETAILS') part.open = true;
    if (field) field.scrollIntoView();
  };
  addEventListener('hashchange', unfold);
  if (location.hash.length > 1) unfold();
  var seen = function (element) {
    return element.getClientRects().length > 0 && (!element.checkVisibility || element.checkVisibility());
  };
  // Up and down in a list, from the person who stands open or where a tap has led back.
  var step = function (by) {
    var names = [].filter.call(document.querySelectorAll('.zs-row__name a'), seen);
    var at = names.indexOf(document.activeElement);
    if (at < 0) {
      names.forEach(function (name, index) {
        var row = name.closest('.zs-row');
        if (row.matches('.zs-row--open') || row.matches(':target')) at = by > 0 ? index - 1 : index + 1;
      });
    }
    var next = names[Math.max(0, Math.min(names.length - 1, at + by))];
    if (!next) return false;
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
    return true;
  };
  // Enter leads from field to field, and from the last one to the button, so that no form is sent half filled in.
  document.querySelectorAll('form[data-steps]').forEach(function (form) {
    form.addEventListener('keydown', function (event) {
      if (event.key !== 'Enter' || event.isComposing || event.ctrlKey || !/^(INPUT|SELECT)$/.test(event.target.tagName)) return;
      event.preventDefault();
      var fields = [].filter.call(form.querySelectorAll('input, select, textarea'), seen);
      var at = fields.indexOf(event.target), name = event.target.name;
      // Boxes of one question are left together.
      while (at + 1 < fields.length && event.target.type === 'checkbox' && fields[at + 1].name === name) at++;
      var next = fields[at + 1] || form.querySelector('button[type=submit]') || (form.id && document.querySelector('button[form=' + form.id + ']'));
      if (next) next.focus();
    });
  });
  addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === 'Escape' && event.target.id === 'find') event.target.blur();
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    var key = event.key.toLowerCase();
    if ((key === 'j' && step(1)) || (key === 'k' && step(-1))) { event.preventDefault(); return; }
    var target = [].filter.call(document.querySelectorAll('[data-key="' + CSS.escape(key) + '"]'), seen)[0];
    if (key === 'u') target = [].filter.call(document.querySelectorAll('[data-undo], .zs-row:target .zs-word--undo, .zs-desk__pane [value=unrecord], .zs-person [value=unrecord]'), seen)[0];
    if (!target) return;
    event.preventDefault();
    if (/^(INPUT|SELECT)$/.test(target.tagName)) target.focus(); else target.click();
  });
})();
