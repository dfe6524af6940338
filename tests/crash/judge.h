// tests/crash/judge.h - what must hold when a ceremony that was cut off has come to its end.

#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/secret_bytes.h"
#include "ceremony/client/messages.h"
#include "crash/medium.h"

namespace crash {

// What the judge knows from elsewhere.
struct Expected {
  std::string record;                           // "0003-crl"
  Tree undisturbed;                             // the media when nothing is cut off
  Tree looked_through = {};                     // files that were judged before and hold no secret
  std::vector<base::SecretBytes> secrets = {};  // what people typed, keys included
};

// One sentence for each thing that is wrong; none where all is well. `media` is the folder of all
// sticks, sites and records, and `room` names those of this ceremony.
std::vector<std::string> judge(const std::filesystem::path& media,
                               const ceremony::client::OpenRequest& room,
                               const Expected& expected);

}  // namespace crash
