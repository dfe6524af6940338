// ceremony/cli/ceremony_runner.h - holds a ceremony at a desk, one step at a time, to its seal or
// to the pause or interruption before it.

#pragma once

#include "base/result.h"
#include "ceremony/cli/desk.h"
#include "ceremony/cli/player.h"

namespace ceremony::cli {

enum class Ending { kSealed, kPaused };

struct HeldCeremony {
  client::OpenRequest room;
  OpenPlayer open;  // called again wherever a step begins in a fresh process
};

// Goes on with `player`, which has opened the ceremony. Whatever ends it, the engine is closed and
// the ceremony can be opened again. Errors: why it was left before its end.
base::Result<Ending> hold_ceremony(const HeldCeremony& ceremony,
                                   std::unique_ptr<Player> player,
                                   Desk& desk);

// What the next engine needs to go on: a copy of the journal's key in PRODUCTION, else none.
client::RecordKeys keys_for_next(const Player& player);

}  // namespace ceremony::cli
