// Keeps what a person ticks on this phone, with or without the app: nothing of it is sent anywhere.
// In a decision aid it also gathers what was marked as very important under the option it speaks for.
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

  function all() { each(document.querySelectorAll('[data-keep]'), restore); }

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
  // Pages come and go as the app shows them.
  new MutationObserver(all).observe(document.body, { childList: true, subtree: true });
  all();
})();
