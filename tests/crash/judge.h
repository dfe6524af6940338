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
  Tree before;                                  // the media when the ceremony begins
  Tree undisturbed;                             // the media when nothing is cut off
  Tree looked_through = {};                     // files that were judged before and hold no secret
  std::vector<base::SecretBytes> secrets = {};  // what people typed, keys included
};

// One sentence for each thing that is wrong; none where all is well. `media` is the folder of all
// sticks, sites and records, and `room` names those of this ceremony.
std::vector<std::string> judge(const std::filesystem::path& media,
                               const ceremony::client::OpenRequest& room,
                               const Expected& expected);

// The same for the media at the moment of the cut: nothing that was there before is altered or
// gone, but blobs and shares after the people have agreed to their end; and each site that had a
// whole vault has one, unless it is the key that ends.
std::vector<std::string> judge_cut(const Tree& now,
                                   const std::filesystem::path& media,
                                   const ceremony::client::OpenRequest& room,
                                   const Expected& expected);

}  // namespace crash
