#include "ca/dialect_probe.h"

#include <algorithm>
#include <array>
#include <optional>

#include "ca/key_wrap.h"
#include "ca/root_blob.h"

namespace ca {

namespace {

using Curve = Pkcs11Dialect::EdwardsCurve;
using Wrapping = Pkcs11Dialect::EdwardsWrapping;

// Not a multiple of 8: the padding of RFC 5649 and the other ones differ. Its section 6 has them.
constexpr std::array<std::uint8_t, 20> kSample{0xc3, 0x7b, 0x7e, 0x64, 0x92, 0x58, 0x43,
                                               0x40, 0xbe, 0xd1, 0x22, 0x07, 0x80, 0x89,
                                               0x41, 0x15, 0x50, 0x68, 0xf7, 0x38};

// Whether the bytes come out again, behind them at most the zeros of SoftHSM 2.6.
bool comes_out(base::ByteView blob, const Kek& kek) {
  const base::Result<base::SecretBytes> opened = unwrap_by_openssl(blob, kek);
  if (!opened) {
    return false;
  }
  const base::SecretBytes::Reader reader = opened->read();
  const base::ByteView bytes = reader.bytes();
  return bytes.size() >= kSample.size() && bytes.size() < kSample.size() + 8 &&
         std::ranges::equal(bytes.first(kSample.size()), kSample) &&
         std::ranges::all_of(bytes.subspan(kSample.size()), [](auto byte) { return byte == 0; });
}

// Whether the session wraps as RFC 5649 says. A refusal is an answer, too.
bool wraps_as_meant(TokenSession& session, const Kek& kek) {
  const base::Result<TokenObject> sample = session.import_sample(kSample);
  const base::Result<TokenObject> key = session.import_kek(kek, KekUse::kWrap);
  const base::Result<base::Bytes> blob =
      sample && key ? session.wrap_private_key({.private_key = *sample, .kek = *key})
                    : base::Result<base::Bytes>(sample ? key.error() : sample.error());
  for (const base::Result<TokenObject>* const object : {&sample, &key}) {
    (void)(*object ? session.destroy_object(**object) : base::Result<void>()).ok();
  }
  return blob && comes_out(*blob, kek);
}

Pkcs11Dialect with_number(Pkcs11Dialect dialect, CK_MECHANISM_TYPE number) {
  dialect.wrap_with_padding = number;
  return dialect;
}

Pkcs11Dialect with_curve(Pkcs11Dialect dialect, Curve curve) {
  dialect.edwards_curve = curve;
  return dialect;
}

// Leaves the session with the number that does it; where none does, with the table's.
void probe_wrapping(const Pkcs11Module& module,
                    CK_SLOT_ID slot,
                    TokenSession& session,
                    const Kek& kek) {
  const Pkcs11Dialect of_table = session.dialect();
  for (const CK_MECHANISM_TYPE number : numbers_of_wrap_with_padding()) {
    if ((module.uses_of(number, slot) & CKF_WRAP) == 0) {
      continue;
    }
    session.speak(with_number(of_table, number));
    if (wraps_as_meant(session, kek)) {
      return;
    }
  }
  session.speak(of_table);
}

// A throw-away Ed25519 key in that form of the curve; nothing where the token does not make it.
std::optional<TokenKeyPair> edwards_pair(TokenSession& session, Curve curve) {
  session.speak(with_curve(session.dialect(), curve));
  const base::Result<TokenKeyPair> pair =
      session.generate_key_pair(Algorithm::kEd25519, Extractable::kYes);
  return pair ? std::optional<TokenKeyPair>(*pair) : std::nullopt;
}

void probe_edwards(TokenSession& session, const Kek& kek) {
  const Pkcs11Dialect of_table = session.dialect();
  std::optional<TokenKeyPair> pair = edwards_pair(session, Curve::kObjectIdentifier);
  if (!pair) {
    pair = edwards_pair(session, Curve::kName);
  }
  if (!pair) {
    session.speak(of_table);
    return;
  }
  Pkcs11Dialect found = session.dialect();
  found.edwards_wrapping =
      wrap_from_token(session, pair->private_key, kek) ? Wrapping::kYes : Wrapping::kNo;
  session.speak(found);
  (void)session.destroy_object(pair->private_key).ok();
  (void)session.destroy_object(pair->public_key).ok();
}

}  // namespace

base::Result<Pkcs11Dialect> probe_dialect(const Pkcs11Module& module,
                                          CK_SLOT_ID slot,
                                          TokenSession& session) {
  if (session.dialect().knowledge == Pkcs11Dialect::Knowledge::kSeen) {
    return session.dialect();
  }
  const base::Result<Kek> kek = Kek::random();
  if (!kek) {
    return kek.error();
  }
  probe_wrapping(module, slot, session, *kek);
  if ((module.uses_of(CKM_EC_EDWARDS_KEY_PAIR_GEN, slot) & CKF_GENERATE_KEY_PAIR) != 0) {
    probe_edwards(session, *kek);
  }
  return session.dialect();
}

}  // namespace ca
