// Starts the app where it can run, and leaves the served page alone where it cannot.
// A classic script without top-level await: what does not understand it keeps the page as it is.
(function () {
  var script = document.currentScript;
  var state = (window.zaoshai = { busy: false, leaving: false });

  // The take-over waits while a finger is down or a character is being composed, and for good once the page is left.
  function flag(kind, name, value) {
    addEventListener(kind, function () { state[name] = value; }, true);
  }
  flag('pointerdown', 'busy', true);
  flag('pointerup', 'busy', false);
  flag('pointercancel', 'busy', false);
  flag('compositionstart', 'busy', true);
  flag('compositionend', 'busy', false);
  flag('pagehide', 'leaving', true);
  addEventListener('pageshow', function () { state.leaving = false; });
  addEventListener('submit', function () { if (!document.documentElement.dataset.app) state.leaving = true; }, true);

  // What only the app can keep must not be promised where it does not start.
  var root = document.documentElement;
  function simple() { root.setAttribute('data-simple', ''); }
  var connection = navigator.connection || {};
  if (connection.saveData || /2g/.test(connection.effectiveType || '')) { simple(); return; }

  // Reference types and bulk memory: Chrome 96, iOS 15.1.
  var probe = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1,
    10, 16, 1, 14, 0, 65, 0, 65, 0, 65, 0, 252, 11, 0, 208, 111, 26, 11
  ]);
  var able = typeof WebAssembly === 'object' && WebAssembly.validate && WebAssembly.validate(probe);

  var settled = false;
  function giveUp() {
    if (settled) return;
    settled = true;
    simple();
    var note = document.getElementById('loader-note');
    if (start) {
      say(was, '');
      location.hash = start.hash;
    }
    if (!note) return;
    note.textContent = {
      'en': 'Simple mode: reading, calling and booking all work.',
      'zh-Hant': '現在是精簡模式：閱讀、打電話、預約都能照常用。'
    }[document.documentElement.lang] || '现在是精简模式：阅读、打电话、预约都能照常用。';
    note.hidden = false;
  }

  // A tap on the first step while the program is on its way begins as soon as it is there.
  var start = null, was = '';
  function say(shown, told) {
    var busy = document.getElementById('busy');
    (start.querySelector('span') || start).textContent = shown;
    if (busy) busy.textContent = told;
  }
  addEventListener('click', function (event) {
    var link = event.target.closest && event.target.closest('a[data-start]');
    if (!link || settled || !able) return;
    event.preventDefault();
    if (start) return;
    start = link;
    was = link.textContent;
    var opens = { 'en': 'Opening…', 'zh-Hant': '正在打開…' }[document.documentElement.lang] || '正在打开…';
    say(opens, opens);
  });
  function begin(tries) {
    var button = document.querySelector('button[data-start]');
    if (button) button.click();
    else if (tries) setTimeout(function () { begin(tries - 1); }, 50);
  }

  if (!able) { giveUp(); return; }
  setTimeout(giveUp, 20000);
  var wasm = script.dataset.wasm;
  // A document that is too large to stand in the page comes beside it.
  var page = script.dataset.page;
  var beside = !page || fetch(page).then(function (answer) {
    if (!answer.ok) throw new Error('no document');
    return answer.text();
  }).then(function (text) {
    var data = document.createElement('script');
    data.type = 'application/json';
    data.id = 'page';
    data.textContent = text;
    document.body.appendChild(data);
  });
  Promise.all([import(script.dataset.js), beside]).then(function (all) {
    var app = all[0];
    return app.default({ module_or_path: fetch(wasm) }).catch(function () {
      // Some browsers break streaming; the bytes themselves may still be good.
      return fetch(wasm)
        .then(function (answer) {
          if (!answer.ok) throw new Error('no app');
          return answer.arrayBuffer();
        })
        .then(function (bytes) { return app.default({ module_or_path: bytes }); });
    });
  }).then(function () {
    settled = true;
    root.removeAttribute('data-simple');
    var note = document.getElementById('loader-note');
    if (note) note.hidden = true;
    if (start) begin(100);
  }, giveUp);
})();
