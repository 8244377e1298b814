// Reads a page aloud, sentence by sentence, with the phone's own voice. keep.js loads it at the first tap.
// It works on what stands in <main>, with or without the app, and changes nothing there: the sentence is marked by a
// highlight or by boxes on top, and the bar stands at the end of <body>.
(function () {
  var speech = window.speechSynthesis;
  var root = document.documentElement;
  var RATES = [0.7, 0.85, 1, 1.25];
  var KEPT = 'zs-aloud-rate';
  // How much of the bar's lower padding may lie behind the tab bar.
  var HIDDEN = 8;
  // Letters in one breath: browsers stop after about fifteen seconds, and slow speech says three characters a second.
  var LONGEST = { zh: 45, en: 150 };

  var WORDS = {
    'zh-CN': {
      bar: '朗读', back: '上一句', pause: '暂停', go: '继续', on: '下一句', slower: '慢一点', faster: '快一点', stop: '停止',
      silent: '手机没有读出来。请看看音量，再点一次“朗读”。'
    },
    'zh-Hant': {
      bar: '朗讀', back: '上一句', pause: '暫停', go: '繼續', on: '下一句', slower: '慢一點', faster: '快一點', stop: '停止',
      silent: '手機沒有讀出來。請看看音量，再點一次「朗讀」。'
    },
    en: {
      bar: 'Read aloud', back: 'Back', pause: 'Pause', go: 'Go on', on: 'Next', slower: 'Slower', faster: 'Faster', stop: 'Stop',
      silent: 'The phone did not speak. Check the volume and tap “Read aloud” again.'
    }
  };
  var DRAWN = {
    back: 'M15 5l-7 7 7 7',
    pause: 'M8.5 5v14M15.5 5v14',
    go: 'M7.5 4.5v15l12-7.5z',
    on: 'M9 5l7 7-7 7',
    slower: 'M6 12h12',
    faster: 'M12 5v14M5 12h14',
    stop: 'M6 6h12v12H6z'
  };

  var words, voice, chinese, address, list, at, playing, bar, boxes, watch, turn = 0, asked = 0, touched = 0;
  var rate = kept();

  function kept() {
    var found = -1;
    try { found = RATES.indexOf(Number(localStorage.getItem(KEPT))); } catch (e) { /* then as usual */ }
    return found < 0 ? 2 : found;
  }

  // ---- What is read

  var SKIPPED = 'nav,button,form,input,select,textarea,svg,footer,[hidden],[aria-hidden=true],[lang],.zs-hidden,.zs-button,'
    + '.zs-back-line,.zs-more,.zs-link-card[href^=http],.zs-source-note,.zs-sources,.zs-kept,.zs-weigh__marks,details:not([open]):not(.zs-fold__head),.zs-refs,.zs-term > span + span';
  var UNITS = 'p,li,dt,dd,h1,h2,h3,h4,legend,summary,small,.zs-fold__gist,div,section,figcaption,.zs-check,.zs-link-card__title,.zs-link-card__text';

  function unitOf(node, main) {
    for (var one = node.parentElement; one && one !== main; one = one.parentElement) {
      if (one.matches(UNITS) || (one.tagName === 'B' && getComputedStyle(one).display === 'block')) return one;
    }
    return main;
  }

  // The sentences of the page in the order of reading.
  function collect() {
    var main = document.getElementById('main');
    var units = [], unit, last = null, node;
    if (!main) return units;
    var walker = document.createTreeWalker(main, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, {
      acceptNode: function (node) {
        if (node.nodeType === 3 || node.tagName === 'BR') return NodeFilter.FILTER_ACCEPT;
        return node.matches(SKIPPED) || !node.getClientRects().length ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
      }
    });
    while ((node = walker.nextNode())) {
      if (node.tagName === 'BR') last = null;
      if (node.nodeType !== 3 || !node.data) continue;
      var box = unitOf(node, main);
      if (box !== last) units.push((unit = { box: box, text: '', pieces: [] }));
      last = box;
      // Words that only the style keeps apart.
      if (/\w$/.test(unit.text) && /^\w/.test(node.data)) unit.text += ' ';
      unit.pieces.push({ node: node, from: unit.text.length });
      unit.text += node.data;
    }
    return units.reduce(function (all, unit) { return all.concat(sentences(unit)); }, []);
  }

  // A full stop ends a sentence only before a space: not in 3.5, and not in "e.g." or "Dr.".
  function ends(text) {
    var mark = /[。！？；!?;]+[”’」』）)》"]*|\.(?=\s|$)/g, found, all = [];
    while ((found = mark.exec(text))) {
      if (found[0] === '.' && /(^|[\s(])(e\.g|i\.e|vs|approx|Dr|[A-Z])$/.test(text.slice(0, found.index))) continue;
      all.push(found.index + found[0].length);
    }
    return all.concat(text.length);
  }

  function sentences(unit) {
    var all = [], from = 0;
    var longest = /[\u3400-\u9fff]/.test(unit.text) ? LONGEST.zh : LONGEST.en;
    ends(unit.text).forEach(function (end) {
      while (end - from > longest) {
        var part = unit.text.slice(from, from + longest);
        var cut = Math.max.apply(null, ['，', '、', '：', ', ', ': '].map(function (mark) { return part.lastIndexOf(mark); }));
        // Nowhere to breathe: better one long sentence than a torn word.
        if (cut < 8) break;
        add(from, from + cut + 1);
        from += cut + 1;
      }
      add(from, end);
      from = end;
    });
    function add(start, end) {
      var text = unit.text.slice(start, end);
      if (!/[0-9A-Za-z\u3400-\u9fff]/.test(text)) return;
      start += text.length - text.trimStart().length;
      text = text.trim();
      var parts = [];
      unit.pieces.forEach(function (piece) {
        var first = Math.max(start - piece.from, 0), past = Math.min(start + text.length - piece.from, piece.node.data.length);
        if (first < past && piece.node.data.slice(first, past).trim()) parts.push({ node: piece.node, first: first, past: past });
      });
      if (parts.length) all.push({ box: unit.box, text: text, parts: parts });
    }
    return all;
  }

  function ranges(sentence) {
    return sentence.parts.map(function (part) {
      var range = document.createRange();
      range.setStart(part.node, part.first);
      range.setEnd(part.node, part.past);
      return range;
    });
  }

  function rects(sentence) {
    return ranges(sentence).reduce(function (all, range) { return all.concat(Array.prototype.slice.call(range.getClientRects())); }, []);
  }

  function stands(sentence) { return sentence.parts.every(function (part) { return part.node.isConnected; }); }

  // ---- How it is said

  function digits(text) { return text.replace(/\D/g, '').split('').join(' '); }

  // For the ear only. Numbers of phones digit by digit, ranges and signs in words, abbreviations letter by letter.
  function said(text) {
    text = text.replace(/\s+/g, ' ')
      .replace(/\b0\d{2,3}-\d{7,8}\b|\b1\d{10}\b|\b[48]00-?\d{3}-?\d{4}\b/g, digits)
      .replace(/\b123[25][06]\b/g, digits)
      .replace(/(打|[Cc]all|[Dd]ial)( ?)(1\d\d)\b/g, function (all, verb, gap, number) { return verb + gap + digits(number); });
    function range(word) {
      return text.replace(/(\d%?) ?[–—～~] ?(?=\d)/g, '$1' + word)
        // A hyphen may also stand in a date.
        .replace(/(^|[^\d-])(\d{1,3})-(?=\d{1,3}(?![\d-]))/g, '$1$2' + word);
    }
    if (!chinese) {
      return range(' to ').replace(/≥ ?/g, 'at least ').replace(/≤ ?/g, 'at most ')
        .replace(/> ?(?=\d)/g, 'more than ').replace(/< ?(?=\d)/g, 'less than ');
    }
    return range('到').replace(/≥ ?/g, '大于等于').replace(/≤ ?/g, '小于等于')
      .replace(/> ?/g, '大于').replace(/< ?/g, '小于').replace(/± ?/g, '正负').replace(/ ?× ?/g, '乘')
      .replace(/(\d+(?:\.\d+)?) ?%/g, '百分之$1').replace(/(\d+(?:\.\d+)?) ?‰/g, '千分之$1')
      .replace(/(\d) ?(ng\/m[lL]|mSv|mm|cm|km|m[lL]|mg|kg)(?![A-Za-z])/g, function (all, digit, unit) {
        return digit + { 'ng/ml': '纳克每毫升', msv: '毫西弗', mm: '毫米', cm: '厘米', km: '公里', ml: '毫升', mg: '毫克', kg: '公斤' }[unit.toLowerCase()];
      })
      .replace(/(^|[^\d/])1\/(\d+)(?![\d/])/g, '$1$2分之1').replace(/[→·]/g, '，').replace(/([\u3400-\u9fff]) ?\/ ?(?=[\u3400-\u9fff])/g, '$1、')
      .replace(/[A-Z]{2,}/g, function (letters) { return letters.split('').join(' '); });
  }

  // ---- What is marked

  function paint() {
    if (!list) return;
    var shown = ranges(list[at]);
    if (window.Highlight && window.CSS && CSS.highlights) {
      var mark = new Highlight();
      shown.forEach(function (range) { mark.add(range); });
      CSS.highlights.set('zs-aloud', mark);
      return;
    }
    boxes.textContent = '';
    rects(list[at]).forEach(function (rect) {
      var box = document.createElement('div');
      box.className = 'zs-aloud-mark';
      box.style.left = rect.left + scrollX + 'px';
      box.style.top = rect.top + scrollY + 'px';
      box.style.width = rect.width + 'px';
      box.style.height = rect.height + 'px';
      boxes.appendChild(box);
    });
  }

  // How much of the window's lower end bars cover.
  function covered() {
    var below = document.querySelector('.zs-tab-bar,.zs-action-bar');
    return below && getComputedStyle(below).position === 'sticky' ? below.offsetHeight : 0;
  }

  function height() { return bar.offsetHeight - HIDDEN; }

  // The bar stands on the tab bar, and the page ends above both.
  function place() {
    if (!bar) return;
    // It ends a little behind the tab bar, so that nothing shows between the two.
    bar.style.bottom = covered() - HIDDEN + 'px';
    root.style.setProperty('--zs-aloud', height() + 'px');
    paint();
  }

  // Scrolls only to a sentence that is out of sight, and not against a hand that has just scrolled.
  function reveal() {
    var all = rects(list[at]);
    var limit = innerHeight - covered() - height();
    if (!all.length || Date.now() - touched < 3000) return;
    if (all[0].top >= 0 && all[all.length - 1].bottom <= limit) return;
    var calm = window.matchMedia && matchMedia('(prefers-reduced-motion: reduce)').matches;
    scrollTo({ top: scrollY + all[0].top - limit / 4, behavior: calm ? 'auto' : 'smooth' });
  }

  // ---- Speaking

  function wait(milliseconds, then) {
    clearTimeout(watch);
    var mine = turn;
    watch = setTimeout(function () { if (mine === turn) then(); }, milliseconds);
  }

  // A new turn: what the voice still tells about an earlier one counts no more.
  function hush() {
    turn += 1;
    clearTimeout(watch);
    if (speech.speaking || speech.pending) { speech.cancel(); asked = Date.now(); }
  }

  function say() {
    hush();
    playing = true;
    draw();
    paint();
    reveal();
    // Some phones swallow what is said in the same breath as a cancel.
    wait(Date.now() - asked < 100 ? 100 : 0, function () { utter(2); });
  }

  function utter(tries) {
    var mine = turn, text = said(list[at].text), one = new SpeechSynthesisUtterance(text);
    function heard(then) { return function (event) { if (mine === turn) then(event); }; }
    one.voice = voice;
    one.lang = voice.lang;
    one.rate = RATES[rate];
    one.onstart = heard(function () {
      // A voice that forgets to say that it has ended must not stop everything.
      wait(5000 + text.length * (chinese ? 500 : 150) / RATES[rate], next);
    });
    one.onend = heard(next);
    one.onerror = heard(function (event) {
      // A phone call, or another app: the person goes on when she likes.
      if (/cancel|interrupt/.test(event.error)) pause();
      else fail();
    });
    // Kept, because a browser forgets utterances that nobody holds, and with them their events.
    window.zaoshaiAloud.said = one;
    speech.speak(one);
    wait(4000, function () {
      if (tries < 2) { fail(); return; }
      turn += 1;
      speech.cancel();
      wait(150, function () { utter(tries - 1); });
    });
  }

  function next() {
    if (at + 1 >= list.length) { stop(); return; }
    at += 1;
    say();
  }

  // Pausing a voice does not work on every phone: it is silenced, and says the sentence again.
  function pause() {
    hush();
    playing = false;
    draw();
  }

  function step(by) {
    at = Math.min(Math.max(at + by, 0), list.length - 1);
    say();
  }

  function pace(by) {
    rate = Math.min(Math.max(rate + by, 0), RATES.length - 1);
    try { localStorage.setItem(KEPT, RATES[rate]); } catch (e) { /* then until the page is left */ }
    if (playing) say();
    else draw();
  }

  function fail() {
    var text = words.silent;
    stop();
    var note = document.createElement('p');
    note.className = 'zs-aloud zs-aloud--note';
    note.setAttribute('role', 'status');
    note.textContent = text;
    note.style.bottom = covered() + 'px';
    document.body.appendChild(note);
    setTimeout(function () { note.remove(); }, 8000);
  }

  function stop() {
    if (!list) return;
    hush();
    speech.cancel();
    var focused = bar.contains(document.activeElement);
    list = null;
    if (sizes) sizes.disconnect();
    bar.remove();
    boxes.remove();
    bar = boxes = null;
    if (window.CSS && CSS.highlights) CSS.highlights.delete('zs-aloud');
    root.style.removeProperty('--zs-aloud');
    changes.disconnect();
    var start = document.querySelector('[data-aloud]');
    if (focused && start) start.focus({ preventScroll: true });
  }

  // ---- The bar

  function button(name) {
    var made = document.createElement('button');
    var svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    made.type = 'button';
    made.className = 'zs-aloud__button';
    made.setAttribute('data-do', name);
    svg.setAttribute('class', 'zs-icon');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    svg.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'path'));
    made.appendChild(svg);
    made.appendChild(document.createElement('span'));
    bar.appendChild(made);
    dress(made, name);
    return made;
  }

  function dress(made, name) {
    made.querySelector('path').setAttribute('d', DRAWN[name]);
    made.querySelector('span').textContent = words[name];
  }

  function draw() {
    var all = bar.querySelectorAll('button');
    dress(all[1], playing ? 'pause' : 'go');
    all[3].setAttribute('aria-disabled', String(rate === 0));
    all[4].setAttribute('aria-disabled', String(rate === RATES.length - 1));
  }

  function pressed(event) {
    var made = event.target.closest('button');
    if (!made || made.getAttribute('aria-disabled') === 'true') return;
    ({
      back: function () { step(-1); },
      pause: function () { if (playing) pause(); else say(); },
      on: function () { step(1); },
      slower: function () { pace(-1); },
      faster: function () { pace(1); },
      stop: stop
    })[made.getAttribute('data-do')]();
  }

  function build() {
    bar = document.createElement('div');
    bar.className = 'zs-aloud';
    bar.setAttribute('role', 'region');
    bar.setAttribute('aria-label', words.bar);
    bar.lang = root.lang;
    ['back', 'pause', 'on', 'slower', 'faster', 'stop'].forEach(button);
    bar.addEventListener('click', pressed);
    boxes = document.createElement('div');
    boxes.setAttribute('aria-hidden', 'true');
    document.body.appendChild(boxes);
    document.body.appendChild(bar);
    if (sizes) sizes.observe(bar);
  }

  // ---- What happens to the page

  function here() { return location.pathname + location.search; }

  // The same sentence after the app has built the page anew, or after a part was opened; another page ends it.
  function renew() {
    if (!list) return;
    if (here() !== address) { stop(); return; }
    var before = list[at], fresh = collect();
    var same = fresh.filter(function (one) { return one.text === before.text; });
    var found = same.filter(function (one) { return one.parts[0].node === before.parts[0].node; })[0];
    if (!found && fresh[at] && fresh[at].text === before.text) found = fresh[at];
    found = found || same[0];
    if (!found) { stop(); return; }
    list = fresh;
    at = list.indexOf(found);
    place();
  }

  var changes = new MutationObserver(function (records) {
    // What this script draws itself is no change of the page.
    var own = records.every(function (one) { return boxes && (boxes.contains(one.target) || bar.contains(one.target)); });
    if (!list || own) return;
    if (here() !== address || !stands(list[at])) renew();
    else place();
  });

  function active(work) { return function (event) { if (list) work(event); }; }
  addEventListener('resize', active(place));
  // Larger type makes the bars larger, without any other event.
  var sizes = window.ResizeObserver && new ResizeObserver(active(place));
  addEventListener('wheel', function () { touched = Date.now(); }, { passive: true });
  addEventListener('touchmove', function () { touched = Date.now(); }, { passive: true });
  addEventListener('popstate', active(function () { if (here() !== address) stop(); }));
  addEventListener('pagehide', stop);
  document.addEventListener('visibilitychange', active(function () { if (document.hidden && playing) pause(); }));
  document.addEventListener('toggle', active(renew), true);
  document.addEventListener('keydown', active(function (event) { if (event.key === 'Escape') stop(); }));
  // A tap on a sentence reads on from there.
  document.addEventListener('click', active(function (event) {
    var target = event.target;
    if (!target.closest('#main') || target.closest('a,button,input,label,summary,select,textarea') || String(getSelection())) return;
    var hit = list.filter(function (one) { return one.box === target || one.box.contains(target) || target.contains(one.box); });
    var exact = hit.filter(function (one) {
      return rects(one).some(function (rect) {
        return event.clientX >= rect.left && event.clientX <= rect.right && event.clientY >= rect.top && event.clientY <= rect.bottom;
      });
    })[0];
    var begin = exact || hit.filter(function (one) { return one.box === target; })[0];
    if (begin) { at = list.indexOf(begin); say(); }
  }));

  // Begins with the first sentence that is in sight.
  window.zaoshaiAloud = function (chosen) {
    stop();
    voice = chosen();
    var all = collect();
    if (!voice || !all.length) return;
    words = WORDS[root.lang] || WORDS['zh-CN'];
    chinese = !/^en/i.test(voice.lang);
    address = here();
    list = all;
    at = 0;
    list.some(function (one, place) {
      var its = rects(one)[0];
      at = place;
      return its && its.top >= 0;
    });
    asked = Date.now();
    build();
    draw();
    place();
    changes.observe(document.body, { childList: true, subtree: true });
    bar.querySelector('[data-do=pause]').focus({ preventScroll: true });
    say();
  };
})();
