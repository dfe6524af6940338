// Reads the very file that `openssl ca -gencrl` reads, so that both do the same work: the facts
// come from a text on disk, the CRL goes to disk. The peer signs with a key file; ours opens a
// wrapped key into a new SoftHSM token first. Beyond that, ours selects the entries from what was
// issued and from the CRL before, lints what is to be signed, verifies the signature, parses the
// result, lints that, and compares it with what was agreed. The peer does none of this.

#include "bench/compare/sign_list.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "base/media.h"
#include "bench/compare/must.h"
#include "bench/compare/root_folder.h"
#include "ca/der.h"
#include "ca/issuer.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"

namespace compare {

namespace {

constexpr std::size_t kLineSize = 100;  // about; only to make room
constexpr std::size_t kLargestList = 1U << 28U;

// What the index says of one issuer.
struct Facts {
  ca::IssuedCertificates issued;
  ca::Revocations revocations;
};

// The columns of a line: state, end, revocation with reason, serial number.
std::array<std::string_view, 4> columns_of(std::string_view line) {
  std::array<std::string_view, 4> columns;
  for (std::string_view& column : columns) {
    column = line.substr(0, line.find('\t'));
    line.remove_prefix(std::min(line.size(), column.size() + 1));
  }
  return columns;
}

[[noreturn]] void end_with(std::string_view what) {
  (void)std::fprintf(stderr, "the index is not understood: %s\n", std::string(what).c_str());
  std::exit(1);  // NOLINT(concurrency-mt-unsafe): there is one thread
}

// YYMMDDHHMMSSZ, the contents of a UTCTime.
ca::Instant time_of(std::string_view text) {
  std::array<std::uint8_t, 15> value{static_cast<std::uint8_t>(ca::DerTag::kUtcTime), 13};
  std::copy_n(text.data(), std::min(text.size(), value.size() - 2), value.begin() + 2);
  const ca::Instant time = ca::plain_time_or(value, ca::Instant::min());
  if (time == ca::Instant::min() || text.size() != value.size() - 2) {
    end_with(text);
  }
  return time;
}

ca::RevocationReason reason_of(std::string_view name) {
  if (name.empty()) {
    return ca::RevocationReason::kUnspecified;
  }
  const auto reason = ca::revocation_reason_named(name == "CACompromise" ? "cACompromise" : name);
  if (!reason) {
    end_with(name);
  }
  return *reason;
}

// What a hexadecimal digit is worth; 16 for any other character.
constexpr std::array<std::uint8_t, 256> kDigits = [] {
  std::array<std::uint8_t, 256> worth{};
  worth.fill(16);
  for (std::uint8_t i = 0; i < 16; ++i) {
    worth.at(static_cast<std::uint8_t>("0123456789ABCDEF"[i])) = i;
  }
  return worth;
}();

// The content octets of an INTEGER: a zero first where the number would look negative.
void read_serial(base::ByteView hex, base::Bytes& serial) {
  serial.clear();
  for (; hex.size() >= 2; hex = hex.subspan(2)) {
    const std::uint8_t high = kDigits[hex[0]];
    const std::uint8_t low = kDigits[hex[1]];
    if (high > 15 || low > 15) {
      break;
    }
    if (serial.empty() && high >= 8) {
      serial.push_back(0x00);
    }
    serial.push_back(static_cast<std::uint8_t>(high << 4U | low));
  }
  if (!hex.empty() || serial.empty()) {
    end_with(base::text_of(hex));
  }
}

Facts facts_in(const std::filesystem::path& index, const ca::DistinguishedName& issuer) {
  Facts facts{.issued = ca::IssuedCertificates(issuer), .revocations = ca::Revocations(issuer)};
  const std::size_t rows = std::filesystem::file_size(index) / kLineSize;
  facts.issued.reserve(rows);
  facts.revocations.reserve(rows);
  ca::IssuedCertificate issued{.issuer = issuer.der(), .serial = {}, .not_after = {}};
  ca::Revocation revocation{.issuer = issuer.der(), .serial = {}, .revoked_at = {}};
  std::array<char, 1U << 16U> buffer;
  std::ifstream file;
  file.rdbuf()->pubsetbuf(buffer.data(), buffer.size());
  file.open(index);
  for (std::string line; std::getline(file, line);) {
    const std::array<std::string_view, 4> columns = columns_of(line);
    read_serial(base::bytes_of(columns[3]), issued.serial);
    issued.not_after = time_of(columns[1]);
    facts.issued.add(issued);
    if (columns[0] == "R") {
      const std::size_t comma = std::min(columns[2].find(','), columns[2].size());
      revocation.serial = issued.serial;
      revocation.revoked_at = time_of(columns[2].substr(0, comma));
      revocation.reason = reason_of(columns[2].substr(std::min(comma + 1, columns[2].size())));
      facts.revocations.add(revocation);
    }
  }
  return facts;
}

}  // namespace

void sign_list(const ListFiles& files) {
  const OpenRoot root = open_root(files.root);
  std::optional<ca::RevocationList> previous;
  if (!files.previous.empty()) {
    previous = must(ca::RevocationList::parse(must(base::read_file(files.previous, kLargestList))));
  }
  Facts facts = facts_in(files.index, root.certificate.subject());
  ca::RevocationListPlan plan;
  plan.known_number = previous ? previous->number().value_or(0) : 0;
  plan.this_update = support::today();
  plan.next_update = support::today() + std::chrono::days{300};
  const ca::CertificateProfile profile = support::profile_named("crl");
  ca::RevocationListDraft draft =
      must(ca::RevocationListDraft::of({.profile = profile,
                                        .plan = plan,
                                        .issuer = root.certificate,
                                        .issued = std::move(facts.issued),
                                        .revocations = std::move(facts.revocations),
                                        .previous = std::move(previous)}));
  const ca::RevocationList list = must(ca::sign_revocation_list(std::move(draft), *root.key));
  support::write_file(files.out, list.der());
}

}  // namespace compare
