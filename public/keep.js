// Keeps what a person ticks on this phone, with or without the app: nothing of it is sent anywhere.
// In a decision aid it also gathers what was marked as very important under the option it speaks for.
// A question that was written and not yet sent stays in this tab, also when the identity has to be checked again.
// It offers reading aloud where the phone can, copies a text with one tap, and draws an appointment as a picture.
(function () {
  var root = document.documentElement;
  root.setAttribute('data-script', '');

  function each(list, work) { Array.prototype.forEach.call(list, work); }
  function inputs(box) { return box.querySelectorAll('input'); }
  function key(box) { return 'zs-keep:' + box.getAttribute('data-keep'); }

  function save(box) {
    var ticked = [];
    each(inputs(box), function (input) { if (input.checked) ticked.push(input.id); });
    try {
      if (ticked.length) localStorage.setItem(key(box), ticked.join(' '));
      else localStorage.removeItem(key(box));
    } catch (e) { /* a phone that keeps nothing still ticks */ }
    gather(box);
  }

  function restore(box) {
    if (box.zsKept) return;
    box.zsKept = true;
    var ticked = '';
    try { ticked = localStorage.getItem(key(box)) || ''; } catch (e) { /* as above */ }
    ticked.split(' ').forEach(function (id) {
      each(inputs(box), function (input) { if (id && input.id === id) input.checked = true; });
    });
    gather(box);
  }

  // What was ticked in another language, or before the words changed.
  function forget(stem) {
    try {
      Object.keys(localStorage).forEach(function (name) {
        if (name.indexOf(stem) === 0) localStorage.removeItem(name);
      });
    } catch (e) { /* as above */ }
  }

  function gather(box) {
    var summary = box.querySelector('[data-summary]');
    if (!summary) return;
    var any = false;
    each(summary.querySelectorAll('[data-option]'), function (part) {
      var list = part.querySelector('ul');
      list.textContent = '';
      each(box.querySelectorAll('fieldset[data-for="' + part.getAttribute('data-option') + '"]'), function (statement) {
        if (!statement.querySelector('input[value="much"]:checked')) return;
        var item = document.createElement('li');
        item.textContent = statement.querySelector('legend').textContent;
        list.appendChild(item);
      });
      part.hidden = !list.firstChild;
      any = any || !part.hidden;
    });
    summary.hidden = !any;
  }

  // In its tab alone, until it was sent; the same in every language. Of the page on display: the app changes the
  // address before it shows a page, and shows many in one document.
  function place() { return 'zs-draft:' + location.pathname.replace(/^\/(hant|en)(?=\/)/, ''); }

  function drop(goes) {
    try {
      Object.keys(sessionStorage).forEach(function (name) {
        if (name.indexOf('zs-draft:') === 0 && goes(name)) sessionStorage.removeItem(name);
      });
    } catch (e) { /* as above */ }
  }
  function whole() { return true; }

  // Who leaves takes everything along, and what has led on to a page of its own was sent.
  function settle() {
    var here = place();
    if (/[?&]done=left/.test(location.search)) drop(whole);
    else drop(function (name) { return here.indexOf(name.split('#')[0] + '/') === 0; });
  }
  // The app tells of no leaving in the address.
  document.addEventListener('submit', function (event) {
    if (/\/(leave|erase)$/.test(event.target.getAttribute('action'))) drop(whole);
  });

  function draft(field) {
    if (field.zsKept) return;
    field.zsKept = true;
    var name = place() + '#' + field.name;
    try {
      if (field.getAttribute('data-draft') === 'sent') sessionStorage.removeItem(name);
      else if (!field.value) field.value = sessionStorage.getItem(name) || '';
    } catch (e) { /* as above */ }
    field.addEventListener('input', function () {
      try { sessionStorage.setItem(name, field.value); } catch (e) { /* as above */ }
    });
  }

  function all() {
    each(document.querySelectorAll('[data-keep]'), restore);
    each(document.querySelectorAll('[data-draft]'), draft);
  }

  function boxOf(event) { return event.target.closest && event.target.closest('[data-keep]'); }
  document.addEventListener('change', function (event) {
    var box = boxOf(event);
    if (box) save(box);
  });
  document.addEventListener('click', function (event) {
    var box = boxOf(event);
    if (!box || !event.target.closest('[data-clear]')) return;
    each(inputs(box), function (input) { input.checked = false; });
    save(box);
    forget(key(box).replace(/\.\d+$/, '.'));
  });
  // Reading aloud shows only where the phone itself has a voice for the page's language; what reads comes at the
  // first tap. A voice that is not on the phone would send the page to somebody.
  var speech = window.SpeechSynthesisUtterance && window.speechSynthesis;
  var loading = false;

  function plain(lang) { return String(lang).toLowerCase().replace(/_/g, '-'); }

  // Simplified characters need a voice of the mainland; traditional ones are read by any Chinese voice.
  function voice() {
    var main = document.getElementById('main');
    var lang = plain((main && main.lang) || root.lang);
    var traditional = lang === 'zh-hant';
    var fits = lang === 'en' ? /^en/ : traditional ? /^(zh|cmn|yue)/ : /^(zh|cmn)(?!.*-(tw|hk|mo|hant))/;
    var best = null, most = -1;
    each(speech.getVoices(), function (one) {
      var its = plain(one.lang);
      if (one.localService === false || !fits.test(its)) return;
      var worth = (its === plain(navigator.language) ? 4 : 0)
        + (traditional && /-(tw|hk|hant)/.test(its) ? 2 : 0) + (one.default ? 1 : 0);
      if (worth > most) { most = worth; best = one; }
    });
    return best;
  }

  function offer() {
    if (!speech) return;
    if (document.querySelector('[data-aloud]') && voice()) root.setAttribute('data-voice', '');
    else root.removeAttribute('data-voice');
  }

  function listen() {
    if (window.zaoshaiAloud) { window.zaoshaiAloud(voice); return; }
    // Phones let a page speak only after it has spoken within a tap: this says nothing.
    var first = new SpeechSynthesisUtterance(' ');
    first.volume = 0;
    speech.speak(first);
    if (loading) return;
    loading = true;
    var script = document.createElement('script');
    script.src = '/aloud.js';
    script.onload = function () { loading = false; window.zaoshaiAloud(voice); };
    script.onerror = function () {
      loading = false;
      script.remove();
      var note = document.createElement('p');
      note.className = 'zs-aloud zs-aloud--note';
      note.setAttribute('role', 'status');
      note.textContent = {
        'en': 'Reading aloud did not load. Check the network and tap again.',
        'zh-Hant': '朗讀沒有打開。請看看網絡，再點一次。'
      }[root.lang] || '朗读没有打开。请看看网络，再点一次。';
      document.body.appendChild(note);
      setTimeout(function () { note.remove(); }, 6000);
    };
    document.head.appendChild(script);
  }

  // Copies a field. Where the phone forbids that, the text is selected and the button says what to do.
  function clip(button) {
    var field = document.getElementById(button.getAttribute('data-clip'));
    function say(name) { button.textContent = button.getAttribute(name); }
    function byHand() {
      var copied = false;
      try { copied = document.execCommand('copy'); } catch (e) { /* then it stays selected */ }
      say(copied ? 'data-done' : 'data-selected');
    }
    field.focus();
    field.setSelectionRange(0, field.value.length);
    if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(function () { say('data-done'); }, byHand);
    else byHand();
  }

  // Draws lines as a picture: messengers save a picture by a long press, where a file would not open.
  function draw(button) {
    var canvas = document.createElement('canvas');
    var pen = canvas.getContext && canvas.getContext('2d');
    if (!pen) return;
    var wide = 750, edge = 56, rows = [], high = edge;
    var text = button.getAttribute('data-picture');
    function font(size) { return 'bold ' + size + 'px sans-serif'; }
    text.split('\n').forEach(function (line, n) {
      var size = n ? 38 : 48, row = '';
      pen.font = font(size);
      each(line, function (letter) {
        if (pen.measureText(row + letter).width > wide - 2 * edge) { rows.push([row, size]); row = ''; }
        row += letter;
      });
      rows.push([row, size]);
    });
    canvas.width = wide;
    canvas.height = rows.reduce(function (sum, row) { return sum + row[1] * 1.6; }, 2 * edge);
    pen.fillStyle = '#fffdf8';
    pen.fillRect(0, 0, wide, canvas.height);
    pen.fillStyle = '#1d2422';
    rows.forEach(function (row) {
      high += row[1] * 1.6;
      pen.font = font(row[1]);
      pen.fillText(row[0], edge, high - row[1] * 0.5);
    });
    var picture = document.createElement('img');
    picture.src = canvas.toDataURL();
    picture.alt = text;
    picture.className = 'zs-picture';
    var place = document.getElementById('picture');
    place.textContent = button.getAttribute('data-hint');
    place.appendChild(picture);
    place.scrollIntoView({ block: 'nearest' });
  }

  document.addEventListener('click', function (event) {
    var target = event.target;
    if (!target.closest) return;
    if (speech && target.closest('[data-aloud]')) listen();
    each(document.querySelectorAll('.zs-language[open]'), function (menu) { if (!menu.contains(target)) menu.open = false; });
    var button = target.closest('[data-clip]');
    if (button) clip(button);
    button = target.closest('[data-picture]');
    if (button) draw(button);
  });
  if (speech) {
    // Voices come late; some phones tell so, others do not.
    if (speech.addEventListener) speech.addEventListener('voiceschanged', offer);
    else speech.onvoiceschanged = offer;
    setTimeout(offer, 2000);
  }

  // A first page holds its style sheet; its file is fetched once nothing waits for the network, for the next ones.
  var style = document.querySelector('style[data-of]');
  if (style && window.fetch) addEventListener('load', function () {
    setTimeout(function () { fetch(style.getAttribute('data-of')).catch(function () {}); }, 2000);
  });

  // A link to a part of the page opens what is folded there; once for each address, so that it can be closed again.
  var led = '';
  function unfold(hash) {
    var part;
    try { part = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1))); } catch (e) { /* no place */ }
    if (!part) return false;
    var body = part.closest('.zs-fold__body');
    var head = body ? body.previousElementSibling : part;
    if (head.tagName === 'DETAILS' && !head.open) {
      head.open = true;
      if (body) part.scrollIntoView();
    }
    return true;
  }
  function arrive() {
    var address = location.pathname + location.hash;
    if (address !== led && (!location.hash || unfold(location.hash))) led = address;
  }
  addEventListener('hashchange', arrive);

  // From the list of sources back to the mark that led there.
  var came = null;
  document.addEventListener('click', function (event) {
    var link = event.target.closest && event.target.closest('a[href^="#"]');
    if (!link) return;
    var back = link.closest('.zs-sources [id]');
    if (link.matches('.zs-ref')) came = link;
    else if (back && came && came.isConnected && came.hash === '#' + back.id && came.getClientRects().length) {
      event.preventDefault();
      came.scrollIntoView({ block: 'center' });
      came.focus({ preventScroll: true });
    } else unfold(link.hash);
  });

  // Pages come and go as the app shows them.
  function renew() { settle(); all(); offer(); arrive(); }
  new MutationObserver(renew).observe(document.body, { childList: true, subtree: true });
  renew();
})();
