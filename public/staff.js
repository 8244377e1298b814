// Copying with one tap, the keys of the desk, and forms that are not lost with the network. The pages work without it.
(function () {
  // The word of the button alone changes: the key beside it stays.
  var copied = function (button) { (button.querySelector('span') || button).textContent = '已复制'; };
  document.querySelectorAll('[data-copy]').forEach(function (button) {
    var field = document.getElementById(button.dataset.copy);
    if (!field) return;
    button.hidden = false;
    button.addEventListener('click', function () {
      var done = function () { copied(button); };
      // The focus stays on the button, so that the next key of the desk is heard.
      if (navigator.clipboard) { navigator.clipboard.writeText(field.value).then(done, function () { field.select(); }); return; }
      field.select();
      if (document.execCommand('copy')) { done(); button.focus({ preventScroll: true }); }
    });
  });
  document.querySelectorAll('[data-text]').forEach(function (button) {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener('click', function () {
      navigator.clipboard.writeText(button.dataset.text).then(function () { copied(button); }, function () {});
    });
  });
  var root = document.documentElement;
  // What a page leaves for the next one of this tab: whoever keeps nothing loses that, and nothing else.
  var leave = function (name, what) { try { sessionStorage.setItem(name, JSON.stringify([Date.now(), what])); } catch (_) {} };
  var left = function (name) {
    try {
      var found = JSON.parse(sessionStorage.getItem(name));
      sessionStorage.removeItem(name);
      return found && Date.now() - found[0] < 30000 ? found[1] : null;
    } catch (_) { return null; }
  };
  // Right after a mark another person stands where the marked one stood: a second click or key of the same hand is not
  // meant for them. The style sheet does the same until this runs.
  root.dataset.scripted = '';
  var settling = function () { return 'settling' in root.dataset; };
  if (left('zs-sent')) {
    root.dataset.settling = '';
    setTimeout(function () { delete root.dataset.settling; }, 700);
  }
  // What is said of a tap that counted for nothing, beside its button.
  var say = function (at, words) {
    document.querySelectorAll('[data-unheard]').forEach(function (old) { old.remove(); });
    var note = document.createElement('p'), row = at && at.closest('.zs-row');
    note.setAttribute('role', 'alert');
    note.dataset.unheard = '';
    note.className = 'zs-form-field__error zs-unheard';
    note.textContent = words;
    if (row) row.appendChild(note); else if (at) (at.closest('form') || at).insertAdjacentElement('afterend', note);
  };
  var TOO_SOON = '这一下没有记：离上一下太近。';
  // Whom a form is for, as the page names them.
  var whose = function (form) {
    var row = form.closest('.zs-row'), id = (/\/followups\/([\w-]+)\//.exec(form.action) || [])[1];
    if (!row && id) row = document.getElementById('row-' + id);
    var name = row ? row.querySelector('.zs-row__name a') : document.querySelector('[data-name]');
    return name ? (name.dataset.name || name.textContent) + '：' : '';
  };
  // A form that is sent without a network would leave the page with all that was typed: whether the server is there is
  // asked first. What is lost after that is sent again under the same key.
  var sure = false, sending = null;
  // While it is asked and sent the button says so, and no other one counts.
  var busy = function (button) {
    if (sending && sending.button) sending.button.removeAttribute('aria-busy');
    if (sending) clearTimeout(sending.over);
    sending = null;
    if (button === null) return;
    // What is taken out as a table leaves the page where it is; what is sent twice counts once, by its key.
    sending = { button: button, asked: false, over: setTimeout(function () { busy(null); }, 9000) };
    if (button) button.setAttribute('aria-busy', 'true');
  };
  addEventListener('pageshow', function (event) { if (event.persisted) busy(null); });
  addEventListener('submit', function (event) {
    var form = event.target, button = event.submitter;
    if (form.method !== 'post') return;
    if (settling() && form.getAttribute('role') !== 'search') {
      event.preventDefault();
      say(button || form, TOO_SOON);
      return;
    }
    if (sure || !form.requestSubmit) { leave('zs-sent', true); return; }
    event.preventDefault();
    if (sending) {
      // The second click of a double one says nothing: the first counts.
      if (button === sending.button) return;
      var own = sending.button && sending.button.form === form;
      var missed = whose(form) + '这一下没有记，' + (own ? '前一下正在记。' : '请再点一次。');
      say(button || form, missed);
      if (!own) leave('zs-missed', missed);
      return;
    }
    busy(button);
    var note = form.querySelector('[data-lost]');
    if (note) note.remove();
    var limit = new AbortController();
    var late = setTimeout(function () { limit.abort(); }, 8000);
    fetch('/livez', { cache: 'no-store', signal: limit.signal }).then(function (answer) {
      clearTimeout(late);
      if (!answer.ok) throw answer;
      busy(button);
      sending.asked = true;
      sure = true;
      form.requestSubmit(button);
      sure = false;
    }).catch(function () {
      clearTimeout(late);
      busy(null);
      left('zs-missed');
      note = document.createElement('p');
      note.setAttribute('role', 'alert');
      note.setAttribute('data-lost', '');
      note.className = 'zs-form-field__error';
      note.textContent = '网络不通，没有发出去。您填的都还在，网络好了再点一次。';
      form.insertBefore(note, button && button.parentNode === form ? button : null);
    });
  });
  addEventListener('click', function (event) {
    var link = event.target.closest && event.target.closest('a[href]');
    // A way to another page would take back what has not been sent yet.
    if (link && sending && !sending.asked && /^http/.test(link.protocol) && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      say(link, '上一下正在记，请等一下再点。');
    }
    // Nor does the second click dial or copy for whoever has come to stand there; a key is pressed for somebody seen.
    if (settling() && event.isTrusted && event.target.closest('.zs-row__acts a, .zs-row__acts [data-text]')) {
      event.preventDefault();
      event.stopImmediatePropagation();
      say(event.target, TOO_SOON);
    }
  }, true);
  // A mark leads back to its list: whoever was next stands where they stood, so that the next tap hits nobody else.
  var topOf = function (id) {
    var row = id && document.getElementById(id);
    return row && row.getClientRects().length ? row.getBoundingClientRect().top : null;
  };
  addEventListener('submit', function (event) {
    var row = event.target.closest('.zs-row[id]');
    if (!row || settling() || sending && !sure) return;
    for (var ids = []; row && ids.length < 3; row = row.nextElementSibling) if (row.id) ids.push(row.id);
    var own = ids.shift(), rows = ids.concat(own).map(function (id) { return [id, topOf(id)]; });
    try { sessionStorage.setItem('zs-place', JSON.stringify([location.pathname, Date.now(), rows, scrollY])); } catch (_) {}
  }, true);
  // A browser that keeps nothing loses the place, and no key.
  var place = null;
  try {
    place = JSON.parse(sessionStorage.getItem('zs-place'));
    sessionStorage.removeItem('zs-place');
  } catch (_) {}
  var back = place && place[0] === location.pathname && Date.now() - place[1] < 20000;
  // Whoever sends one message after the other reads the next one from its top: whom it is for comes first.
  var card = document.querySelector('.zs-next');
  var onward = card && !back && location.hash.indexOf('#row-') === 0;
  if (back || onward) {
    var restore = function () {
      if (onward) { card.scrollIntoView(); return; }
      var now = place[2].filter(function (row) { return row[1] !== null && topOf(row[0]) !== null; })[0];
      if (now) scrollBy(0, topOf(now[0]) - now[1]); else scrollTo(0, place[3]);
    };
    restore();
    // The browser goes to the row that the address names once the page is whole, sometimes a moment later.
    addEventListener('load', function () { restore(); requestAnimationFrame(restore); setTimeout(restore, 100); });
  }
  var seen = function (element) {
    return element.getClientRects().length > 0 && (!element.checkVisibility || element.checkVisibility());
  };
  // The focus goes to where the next step is, and the page stays where it is.
  var take = function (element) {
    if (!element) return false;
    if (element.tabIndex < 0) element.tabIndex = -1;
    element.focus({ preventScroll: true });
    return true;
  };
  // A key that leads to a field brings it into sight, within what scrolls around it.
  var show = function (element) {
    if (take(element)) element.scrollIntoView({ block: 'nearest' });
  };
  var first = function (within, what) { return within && [].filter.call(within.querySelectorAll(what), seen)[0]; };
  var named = function () {
    try { return document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch (_) { return null; }
  };
  var FIELDS = 'input:not([type=hidden]), select, textarea';
  // Of a form that a link names its first field is next, of a row the person.
  var point = function (field) {
    if (!field || field.id === 'main') return;
    take(field.matches(FIELDS) ? field : first(field, field.matches('.zs-row') ? '.zs-row__name a' : FIELDS) || first(field, 'button'));
  };
  // What a link names is unfolded.
  var unfold = function () {
    var field = named();
    for (var part = field; part; part = part.parentElement) if (part.tagName === 'DETAILS') part.open = true;
    if (!field) return;
    field.scrollIntoView();
    point(field);
  };
  addEventListener('hashchange', unfold);
  if (location.hash.length > 1) unfold();
  // What was refused is read first.
  var summary = document.getElementById('problem');
  var begin = function () {
    if (summary) { summary.focus(); return; }
    // Of a list to send from, the next message comes after the one that was marked.
    if (take(first(document, '.zs-next [data-copy]'))) return;
    point(named());
    if (document.activeElement && document.activeElement !== document.body) return;
    if (!take(first(document, '.zs-desk__pane .zs-h1, .zs-person .zs-h1')) && location.hash.length > 1) take(document.getElementById('main'));
  };
  begin();
  // Browsers take the focus away when they have come to the place that the address names.
  addEventListener('load', function () {
    [0, 100, 400].forEach(function (later) {
      setTimeout(function () { if (!document.activeElement || document.activeElement === document.body) begin(); }, later);
    });
  });
  // The chosen list is in sight among the others.
  var tab = document.querySelector('.zs-tabs [aria-current]');
  if (tab) {
    var tabs = tab.parentNode;
    var more = function () {
      var end = tabs.scrollWidth - tabs.clientWidth;
      tabs.dataset.more = (tabs.scrollLeft > 2 ? 'before ' : '') + (tabs.scrollLeft < end - 2 ? 'after' : '');
    };
    tabs.scrollLeft = tab.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
    tabs.addEventListener('scroll', more);
    addEventListener('resize', more);
    more();
  }
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
      var fields = [].filter.call(form.querySelectorAll('input, select, textarea, button[data-from]:first-of-type'), seen);
      var at = fields.indexOf(event.target), name = event.target.name;
      // Boxes of one question are left together.
      while (at + 1 < fields.length && event.target.type === 'checkbox' && fields[at + 1].name === name) at++;
      var next = fields[at + 1] || form.querySelector('button[type=submit]') || (form.id && document.querySelector('button[form=' + form.id + ']'));
      if (next) next.focus();
    });
  });
  // A usual window is filled in by one tap; what is left is the button.
  document.querySelectorAll('[data-from]').forEach(function (button) {
    var form = button.closest('form');
    button.hidden = false;
    button.addEventListener('click', function () {
      form.querySelector('[name=due_from]').value = button.dataset.from;
      form.querySelector('[name=due_to]').value = button.dataset.to;
      show(first(form, 'button[type=submit]') || (form.id && document.querySelector('button[form=' + form.id + ']')));
    });
  });
  // Whoever dictates or types with a stick has the single keys switched off, in this browser.
  var toggle = document.querySelector('[data-keys]');
  var off = false;
  try { off = localStorage.getItem('zs-keys') === 'off'; } catch (_) {}
  // What a key stands for in a row; elsewhere it is written on the button itself.
  var IN_ROW = {
    1: '[name=outcome][value=agreed]', 2: '[name=outcome][value=no-answer]', 3: '[name=outcome][value=call-later]',
    d: '[name=action][value=arrive]', s: '[name=action][value=attend]', r: 'a[href*="do=outcome"]', u: '.zs-word--undo', c: '[data-text]', x: 'form[action$="/sent"] button'
  };
  var meant = function (key) {
    var row = document.activeElement && document.activeElement.closest('.zs-row--desk:not(.zs-row--open)');
    // Only what was done a moment ago, or what stands under the eyes, is taken back by a key: what a colleague recorded days
    // ago has a button.
    if (key === 'u') {
      var near = row && !row.matches(':target') && first(row, IN_ROW.u);
      var told = near || first(document, '[data-undo]');
      if (told || row && !row.matches(':target')) return told;
      var recorded = document.querySelector('[data-told=arrive], [data-told=attend], [data-told=miss]');
      return first(document, '.zs-row:target .zs-word--undo') ||
        recorded && first(document, '.zs-desk__pane [value=unrecord], .zs-person [value=unrecord]');
    }
    // In the row of somebody a key is never for the person who stands open beside the list.
    if (row && IN_ROW[key]) return first(row, IN_ROW[key]);
    var all = [].filter.call(document.querySelectorAll('[data-key="' + CSS.escape(key) + '"]'), seen);
    return all.filter(function (one) { return !row || !one.closest('.zs-desk__pane'); })[0];
  };
  var hint = function () {
    document.querySelectorAll('[data-hint]').forEach(function (one) {
      var key = one.dataset.hint;
      one.hidden = off || !(key === 'j' ? first(document, '.zs-row__name a') : meant(key) || first(document, '.zs-row--desk ' + (IN_ROW[key] || 'x-none')));
    });
    if (off) root.dataset.single = 'off'; else delete root.dataset.single;
    if (toggle) { toggle.hidden = false; toggle.textContent = off ? '打开单键' : '关掉单键'; }
  };
  if (toggle) toggle.addEventListener('click', function () {
    off = !off;
    try { localStorage.setItem('zs-keys', off ? 'off' : 'on'); } catch (_) {}
    hint();
  });
  hint();
  // What was just told of somebody goes before it could be read as told of somebody else.
  var strip = document.querySelector('.zs-told'), since = Date.now();
  var clear = function () {
    if (!strip || strip.matches(':hover, :focus-within') || strip.querySelector('[data-missed]')) return;
    strip.remove();
    strip = null;
    hint();
  };
  if (strip) setInterval(function () { if (Date.now() - since > 12000) clear(); }, 500);
  addEventListener('focusin', function (event) {
    var row = event.target.closest('.zs-row');
    if (row && !row.matches(':target, .zs-row--open')) clear();
  });
  // Whose mark was not taken while another one was under way is said again on the page that has come.
  var missed = left('zs-missed');
  if (missed) {
    var again = document.createElement('p');
    again.setAttribute('role', 'alert');
    again.dataset.missed = '';
    again.className = 'zs-form-field__error';
    again.textContent = missed;
    if (strip) strip.insertBefore(again, strip.firstChild);
    else {
      var notice = document.createElement('div');
      notice.className = 'zs-notice zs-notice--amber';
      notice.appendChild(again);
      document.getElementById('main').insertBefore(notice, document.getElementById('main').firstChild);
    }
  }
  var typing = function (target) {
    if (target.tagName === 'SELECT') return true;
    return /^(INPUT|TEXTAREA)$/.test(target.tagName) && !target.readOnly;
  };
  addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === 'Escape' && event.target.id === 'find') event.target.blur();
    if (off || typing(event.target)) return;
    var key = event.key.toLowerCase();
    if ((key === 'j' && step(1)) || (key === 'k' && step(-1))) { event.preventDefault(); return; }
    if (event.repeat || key.length !== 1) return;
    var target = meant(key);
    if (!target) return;
    event.preventDefault();
    if (target.tagName === 'SUMMARY') {
      target.parentNode.open = true;
      show(first(target.parentNode, FIELDS));
    } else if (/^(INPUT|SELECT)$/.test(target.tagName)) target.focus(); else target.click();
  });
})();
