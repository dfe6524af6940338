// ceremony/cli/zlint.h - what the linter zlint says of a certificate or CRL, beside what we say.
//
// zlint (github.com/zmap/zlint, Debian's package zlint) knows the rules of the public web PKI, most
// of which do not bind an offline CA. So its findings are shown and decide nothing. Whatever
// becomes of it, our own findings are the same.

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "ca/pem.h"
#include "ceremony/cli/command.h"
#include "ceremony/json_lines.h"

namespace ceremony::cli {

// A certificate or CRL, and the name under which it is spoken of.
struct ZlintObject {
  std::string where;          // "chain.pem#2"
  std::string label;          // of PEM: "CERTIFICATE" or "X509 CRL"
  ca::EncodedObject encoded;  // its `label` does not count
};

struct ZlintFinding {
  std::string file;
  std::string level;  // zlint's own: "notice", "warn", "error", "fatal"
  base::Finding finding;
};

struct ZlintReport {
  bool was_asked = false;
  std::string why_not;  // where it was not: "it is not installed"
  std::string version;  // "3.6.2"; "" where it did not say
  std::vector<ZlintFinding> findings;
  std::vector<FileFinding> troubles;  // where it failed; without any, and asked, it judged them all
};

// Asks the zlint of PATH about each object, one after the other, with `limit` for each. What passed
// and what does not apply is left out. After an answer that did not come in time it is asked no
// more.
ZlintReport ask_zlint(const std::vector<ZlintObject>& objects, std::chrono::seconds limit);

// The member "zlint" of the JSON: docs/formats/findings.md.
Json zlint_json(const ZlintReport& report);

// The same for people, one finding a line, and whether it was asked.
std::string zlint_text(const ZlintReport& report);

}  // namespace ceremony::cli
