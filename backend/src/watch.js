// For an editor: reloads the page when the content has changed, and shows what is wrong with it.
(function () {
  var version;
  var box = document.createElement('pre');
  box.className = 'zs-watch';
  box.setAttribute('role', 'status');

  function look() {
    fetch('/watch.json', { cache: 'no-store' })
      .then(function (answer) { return answer.json(); })
      .then(function (state) {
        if (version && version !== state.version) { location.reload(); return; }
        version = state.version;
        var parts = /^(?:\/hant|\/en)?\/(screening|results|guidance|programmes)\/([^/]+)(\/decide)?$/.exec(location.pathname);
        var folder = parts && (parts[3] ? 'decisions' : parts[1] === 'screening' ? 'topics' : parts[1]);
        // A page that is no article shows what there is to do anywhere.
        var gaps = state.gaps.filter(function (gap) {
          return !parts || gap.indexOf('/' + folder + '/' + parts[2] + '.md') >= 0;
        });
        var told = state.trouble || gaps.join('\n');
        box.textContent = told;
        if (told && !box.isConnected) document.body.appendChild(box);
        if (!told && box.isConnected) box.remove();
      })
      .catch(function () {})
      .then(function () { setTimeout(look, 500); });
  }
  look();
})();
