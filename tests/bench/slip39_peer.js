// slip39_peer.js FOLDER split|combine K N TURNS - how long npm's slip39 takes, in seconds a turn.
//
// FOLDER holds the package's node_modules. The same work as ours: 32 bytes, one group, no
// passphrase, exponent 0, words written or read.
'use strict';

const crypto = require('crypto');
const path = require('path');

const [folder, task, k, n, turns] = process.argv.slice(2);
const slip39 = require(path.join(folder, 'node_modules', 'slip39'));

function split() {
  const set = slip39.fromArray([...crypto.randomBytes(32)], {
    passphrase: '',
    threshold: 1,
    groups: [[Number(k), Number(n)]],
    iterationExponent: 0,
    extendableBackupFlag: 1,
  });
  return set.fromPath('r/0').mnemonics;
}

const few = split().slice(0, Number(k));
const once = task === 'split' ? split : () => slip39.recoverSecret(few, '');
once(); // what is compiled and loaded at first use is not measured
const start = process.hrtime.bigint();
for (let turn = 0; turn < Number(turns); turn += 1) {
  once();
}
console.log(Number(process.hrtime.bigint() - start) / 1e9 / Number(turns));
