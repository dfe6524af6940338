// interop.js make | open FILE - the npm package's half of the test; slip39_interop.cpp is ours.
//
// A file is a list of { name, passphrase, secret (hexadecimal), mnemonics (a set that must open) }.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const slip39 = require('slip39');

// 16 to 32 bytes, even.
const LENGTHS = [16, 18, 20, 22, 24, 26, 28, 30, 32];

function shuffled(list) {
  const copy = [...list];
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = crypto.randomInt(last + 1);
    [copy[last], copy[other]] = [copy[other], copy[last]];
  }
  return copy;
}

// groups: [needed, made] each; taken: which of them are used to open.
function makeCase({ name, size, passphrase, extendable, exponent, threshold, groups, taken }) {
  const secret = crypto.randomBytes(size);
  const set = slip39.fromArray([...secret], {
    passphrase,
    threshold,
    groups,
    iterationExponent: exponent, // 0 or 1: the package accepts 16, which nothing can open
    extendableBackupFlag: extendable,
  });
  const mnemonics = taken.flatMap((group) =>
    shuffled(set.fromPath(`r/${group}`).mnemonics).slice(0, groups[group][0]));
  return { name, passphrase, secret: secret.toString('hex'), mnemonics: shuffled(mnemonics) };
}

function make() {
  const cases = [];
  let number = 0;
  for (let made = 2; made <= 16; made += 1) {
    for (let needed = 2; needed <= made; needed += 1) {
      cases.push(makeCase({
        name: `one group, pair ${number}`,
        size: LENGTHS[number % LENGTHS.length],
        passphrase: number % 2 === 0 ? '' : 'correct horse ~ !',
        extendable: Math.floor(number / 2) % 2,
        exponent: 0,
        threshold: 1,
        groups: [[needed, made]],
        taken: [0],
      }));
      number += 1;
    }
  }
  for (const extendable of [0, 1]) {
    const common = { size: 32, passphrase: 'TREZOR', extendable, exponent: 1 };
    cases.push(makeCase({
      ...common, name: 'two of three groups', threshold: 2, groups: [[1, 1], [2, 3], [3, 5]], taken: [2, 0],
    }));
    cases.push(makeCase({
      ...common, name: 'either of two groups', threshold: 1, groups: [[2, 3], [4, 7]], taken: [1],
    }));
    cases.push(makeCase({
      ...common, name: 'all of sixteen groups', threshold: 16, groups: Array(16).fill([2, 2]), taken: [...Array(16).keys()],
    }));
    cases.push(makeCase({
      ...common, name: 'one of one', threshold: 1, groups: [[1, 1]], taken: [0],
    }));
  }
  return cases;
}

function open(cases) {
  for (const { name, passphrase, secret, mnemonics } of cases) {
    const opened = Buffer.from(slip39.recoverSecret(mnemonics, passphrase)).toString('hex');
    if (opened !== secret) {
      throw new Error(`${name}: npm slip39 opened another secret`);
    }
  }
  console.log(`npm slip39 opened ${cases.length} sets of ours`);
}

const [, , verb, file] = process.argv;
if (verb === 'make') {
  process.stdout.write(JSON.stringify(make()));
} else if (verb === 'open') {
  const cases = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (cases.length < 100) {
    throw new Error('there are too few sets to compare');
  }
  open(cases);
} else {
  throw new Error('usage: interop.js make | open FILE');
}
