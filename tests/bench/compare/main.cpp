// conclave_compare - our side of tests/bench/compare/run: one task a run, so that its time and its
// memory can be measured as a whole.

#include <cstdio>
#include <string>
#include <vector>

#include <sodium.h>

#include "bench/compare/issue_batch.h"
#include "bench/compare/lint_many.h"
#include "bench/compare/must.h"
#include "bench/compare/root_folder.h"
#include "bench/compare/sign_list.h"
#include "bench/compare/verify_long_record.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (sodium_init() < 0) {
    return 1;
  }
  if (arguments.size() == 3 && arguments[0] == "make-root") {
    compare::make_root(arguments[1], compare::must(ca::algorithm_named(arguments[2])));
  } else if (arguments.size() >= 4 && arguments[0] == "sign-list") {
    compare::sign_list({.root = arguments[1],
                        .index = arguments[2],
                        .out = arguments[3],
                        .previous = arguments.size() > 4 ? arguments[4] : ""});
  } else if (arguments.size() == 4 && arguments[0] == "issue-batch") {
    compare::issue_batch(
        arguments[1], compare::must(ca::algorithm_named(arguments[2])), std::stoul(arguments[3]));
  } else if (arguments.size() == 3 && arguments[0] == "lint-many") {
    compare::lint_many(arguments[1], std::stoul(arguments[2]));
  } else if (arguments.size() == 3 && arguments[0] == "make-record") {
    compare::make_long_record(arguments[1], std::stoul(arguments[2]));
  } else if (arguments.size() == 2 && arguments[0] == "verify-record") {
    compare::verify_long_record(arguments[1]);
  } else {
    (void)std::fputs(
        "usage: conclave_compare make-root FOLDER ALGORITHM\n"
        "       conclave_compare sign-list ROOT INDEX OUT [PREVIOUS]\n"
        "       conclave_compare issue-batch FOLDER ALGORITHM COUNT\n"
        "       conclave_compare lint-many FOLDER COUNT\n"
        "       conclave_compare make-record FOLDER ENTRIES\n"
        "       conclave_compare verify-record FOLDER\n",
        stderr);
    return 2;
  }
  return 0;
}
