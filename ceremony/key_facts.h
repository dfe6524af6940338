// ceremony/key_facts.h - what a ceremony's steps know about the key that they work with.

#pragma once

#include <filesystem>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "ca/algorithm.h"
#include "ca/distinguished_name.h"
#include "ca/signer.h"
#include "ceremony/action.h"

namespace ceremony {

struct KeyFacts {
  ca::Algorithm algorithm = ca::Algorithm::kP384;
  base::Bytes public_key_info;    // SubjectPublicKeyInfo, DER
  std::string public_key_sha256;  // 64 hex digits
};

// From the fact "public-key". Errors: kInconsistent, kMalformed.
base::Result<KeyFacts> key_facts(const Workplace& work);

// The root key that a quorum has opened. Errors: kWrongState.
base::Result<ca::Signer*> issuing_key(const Workplace& work);

// The fact "public-key" for that key. Errors: kRefusedByPolicy for an algorithm that is not ours.
base::Result<Json> public_key_fact(base::ByteView public_key_info);

// "C=DE, O=Example, CN=Root", as the plan names a key's subject. Errors: as
// DistinguishedName::of().
base::Result<ca::DistinguishedName> distinguished_name_of(const PlannedName& name);

// root-key.blob below `folder`. Errors: kNotFound, kStorageFailure.
base::Result<base::Bytes> read_blob(const std::filesystem::path& folder);

// The end of a step in which the key went under `kek` and became `blob`, which the other
// implementation has opened: the KEK is held from here, the blob's digest is a fact, and a public
// entry says how it was wrapped.
Turn key_wrapped(Workplace& work, ca::Kek kek, base::ByteView blob);

}  // namespace ceremony
