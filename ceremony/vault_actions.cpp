// The acts that read a vault, write one, and deliver what was signed.

#include <array>
#include <system_error>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "base/text_encoding.h"
#include "ca/certificate.h"
#include "ca/pem.h"
#include "ceremony/action.h"
#include "ceremony/key_facts.h"
#include "ceremony/ledger.h"
#include "ceremony/turns.h"
#include "ceremony/vault.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr std::size_t kLargestCrl = 64U << 20U;

Result<fs::path> home_of(const Workplace& work) {
  if (work.room.sites.empty()) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "no vault is in this room; bring the vault media of the site"};
  }
  return work.room.sites.front();
}

// The chain must end where the plan goes on.
Result<void> check_chain(const Plan& plan, const LedgerState& ledger) {
  if (ledger.head == plan.previous_head && ledger.sequence + 1 == plan.sequence) {
    return {};
  }
  return Error{ErrorCode::kInconsistent,
               "this copy of the CA's records ends at record " + std::to_string(ledger.sequence) +
                   ", and the plan goes on from another one: the copy is old, or the plan is; "
                   "nothing was signed; find the newer copy, or correct the plan"};
}

// The newest CRL must lie in the vault as the ledger knows it.
Result<void> check_newest_crl(const fs::path& home, const LedgerState& ledger) {
  if (ledger.crl_number == 0) {
    return {};
  }
  auto crl =
      base::read_file(home / "crl" / (std::to_string(ledger.crl_number) + ".crl"), kLargestCrl);
  if (!crl) {
    return std::move(crl).error().while_doing("the newest CRL of this vault");
  }
  if (base::sha256_hex(*crl) != ledger.crl_sha256) {
    return Error{ErrorCode::kInconsistent,
                 "the newest CRL in this vault is not the one that the records name; nothing was "
                 "signed; bring the published CRL, or the copy of the other site"};
  }
  return {};
}

// Every certificate of the records must lie in the vault: a key that was certified once is found by
// it. Errors: kInconsistent, naming the first that does not.
Result<void> check_issued(const fs::path& home, const LedgerState& ledger) {
  for (const IssuedCertificate& one : ledger.issued) {
    if (one.certificate == ledger.root_certificate) {
      continue;
    }
    const auto pem = base::read_file(home / "ca" / (one.serial + ".pem"), kLargestCertificate);
    const auto objects =
        pem ? ca::read_objects(*pem) : Result<std::vector<ca::EncodedObject>>(pem.error());
    if (!objects || objects->size() != 1 ||
        base::sha256_hex(objects->front().der) != one.certificate) {
      return Error{ErrorCode::kInconsistent,
                   "the certificate " + one.serial +
                       ", which the records name, is missing from this vault or is not the same; "
                       "nothing was signed; bring the copy of the other site"};
    }
  }
  return {};
}

Result<void> check_vault_fits(const Plan& plan, const Vault& vault, const LedgerState& ledger) {
  const Mode mode = *mode_named(shamir::name_of(vault.header.set.set.mode));
  if (mode != plan.mode) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "this vault is of mode " + std::string(name_of(mode)) + " and the plan of mode " +
                     std::string(name_of(plan.mode)) +
                     "; bring the vault that belongs to the plan"};
  }
  if (vault.header.root_sha256 != ledger.root_certificate ||
      vault.header.set.set.generation != ledger.generation) {
    return Error{ErrorCode::kInconsistent,
                 "this vault holds another root, or another generation of shares, than its records "
                 "name; nothing was signed; bring the vault that belongs to the records"};
  }
  return {};
}

Result<Turn> check_vault(Workplace& work, client::Input& /*input*/) {
  auto home = home_of(work);
  if (!home) {
    return std::move(home).error();
  }
  auto vault = read_vault(*home);
  if (!vault) {
    return std::move(vault).error();
  }
  auto ledger = read_ledger(*home / "ledger");
  if (!ledger) {
    return std::move(ledger).error();
  }
  if (auto chained = check_chain(work.plan, *ledger); !chained) {
    return std::move(chained).error();
  }
  if (auto fits = check_vault_fits(work.plan, *vault, *ledger); !fits) {
    return std::move(fits).error();
  }
  if (auto newest = check_newest_crl(*home, *ledger); !newest) {
    return std::move(newest).error();
  }
  if (auto whole = check_issued(*home, *ledger); !whole) {
    return std::move(whole).error();
  }
  auto set = shamir::write_set_header(vault->header.set);
  if (!set) {
    return std::move(set).error();
  }
  Turn turn;
  turn.facts = {{"set", *set},
                {"public-key", base::to_base64(vault->header.public_key_info)},
                {"root-certificate", base::to_base64(vault->root_certificate)},
                {"crl-number", ledger->crl_number},
                {"epoch", ledger->epoch}};
  turn.public_note =
      "the vault is whole and knows " + std::to_string(ledger->sequence) + " records";
  return turn;
}

// A file of this ceremony, and where it goes below a site and below transfer/out.
struct Output {
  fs::path at_site;  // "ca/01ab.pem"; empty: not kept at the sites
  std::string in_transfer;
  base::Bytes bytes;
};

Result<void> make_folder_where_missing(const fs::path& folder) {
  std::error_code failed;
  return fs::exists(folder, failed) ? Result<void>() : base::make_new_folder(folder);
}

enum class Place { kSite, kTransfer };

// Writes those that belong there, each read back. What an attempt that failed half-way has written
// already is the same, byte for byte, and stays.
Result<void> save_all(const fs::path& folder, const std::vector<Output>& outputs, Place place) {
  for (const Output& output : outputs) {
    const fs::path name = place == Place::kSite ? output.at_site : fs::path(output.in_transfer);
    if (name.empty()) {
      continue;
    }
    const fs::path file = folder / name;
    if (auto made = make_folder_where_missing(file.parent_path()); !made) {
      return made;
    }
    if (auto saved = base::save_new_or_same(file, output.bytes); !saved) {
      return std::move(saved).error();
    }
  }
  return {};
}

// Writes to every site in the room, then to the transfer stick.
Result<void> write_outputs(const Workplace& work, const std::vector<Output>& outputs) {
  for (const fs::path& site : work.room.sites) {
    if (auto saved = save_all(key_folder(work, site), outputs, Place::kSite); !saved) {
      return saved;
    }
  }
  if (work.room.transfer_out.empty()) {
    return {};
  }
  return save_all(work.room.transfer_out / record_name(work.plan), outputs, Place::kTransfer);
}

base::Bytes bytes_from(const std::string& text) {
  const base::ByteView view = base::bytes_of(text);
  return {view.begin(), view.end()};
}

Result<base::Bytes> root_der(const Workplace& work) {
  auto text = work.text_fact("root-certificate");
  if (!text) {
    return std::move(text).error();
  }
  return base::from_base64(*text);
}

Result<Output> crl_output(const Workplace& work) {
  auto crl = work.fact("crl");
  if (!crl) {
    return std::move(crl).error();
  }
  auto der = base::from_base64(crl->at("der").get<std::string>());
  if (!der) {
    return std::move(der).error();
  }
  const std::string name = std::to_string(crl->at("number").get<std::uint64_t>()) + ".crl";
  return Output{
      .at_site = fs::path("crl") / name, .in_transfer = name, .bytes = std::move(der).value()};
}

// What a vault has at its birth; its header last, so that half a vault is none.
Result<std::vector<Output>> vault_outputs(const Workplace& work) {
  auto root = root_der(work);
  auto key = key_facts(work);
  auto set = set_of(work);
  auto blob = work.text_fact("blob");
  auto crl = crl_output(work);
  if (!root || !key || !set || !blob || !crl) {
    return Error{ErrorCode::kInconsistent,
                 "the record of this ceremony lacks what a vault needs; the script is at fault"};
  }
  auto header = write_vault_header({.algorithm = key->algorithm,
                                    .public_key_info = key->public_key_info,
                                    .blob_sha256 = *blob,
                                    .root_sha256 = base::sha256_hex(*root),
                                    .set = *set});
  if (!header) {
    return std::move(header).error();
  }
  std::vector<Output> outputs;
  outputs.push_back({.at_site = "root.pem",
                     .in_transfer = "root.pem",
                     .bytes = bytes_from(ca::pem_text("CERTIFICATE", *root))});
  outputs.push_back(std::move(crl).value());
  outputs.push_back({.at_site = "vault.json", .in_transfer = {}, .bytes = bytes_from(*header)});
  return outputs;
}

Result<Turn> write_vaults(Workplace& work, client::Input& /*input*/) {
  auto outputs = vault_outputs(work);
  if (!outputs) {
    return std::move(outputs).error();
  }
  if (auto written = write_outputs(work, *outputs); !written) {
    return std::move(written).error();
  }
  for (const fs::path& site : work.room.sites) {
    const bool is_drill = work.plan.mode == Mode::kDrill;
    if (auto made = is_drill ? Result<void>() : make_folder_where_missing(site / "ca"); !made) {
      return std::move(made).error();
    }
    if (auto read = read_vault(key_folder(work, site)); !read) {
      return std::move(read).error().while_doing("reading back the vault");
    }
  }
  Turn turn;
  turn.facts = {{"vaults", work.room.sites.size()}, {"drill-outputs", true}};
  if (work.plan.mode != Mode::kDrill) {
    turn.publications.push_back(
        {.type = "vault.write", .data = {{"copies", work.room.sites.size()}}, .hidden = {}});
  }
  return turn;
}

// One issued certificate: to every site by its serial number, outside with its chain.
Result<void> add_certificate(const Json& fact, base::ByteView root, std::vector<Output>& outputs) {
  auto der = base::from_base64(fact.at("der").get<std::string>());
  if (!der) {
    return std::move(der).error();
  }
  const std::string pem = ca::pem_text("CERTIFICATE", *der);
  const std::string name = fact.at("name").get<std::string>();
  outputs.push_back({.at_site = fs::path("ca") / (fact.at("serial").get<std::string>() + ".pem"),
                     .in_transfer = name + ".pem",
                     .bytes = bytes_from(pem)});
  outputs.push_back({.at_site = {},
                     .in_transfer = name + "-chain.pem",
                     .bytes = bytes_from(pem + ca::pem_text("CERTIFICATE", root))});
  return {};
}

Result<Turn> deliver(Workplace& work, client::Input& /*input*/) {
  auto root = root_der(work);
  if (!root) {
    return std::move(root).error();
  }
  std::vector<Output> outputs;
  const auto found = work.facts.find("certificates");
  const Json certificates = found == work.facts.end() ? Json::array() : found->second;
  for (const Json& certificate : certificates) {
    if (auto added = add_certificate(certificate, *root, outputs); !added) {
      return std::move(added).error();
    }
  }
  if (work.facts.contains("crl")) {
    auto crl = crl_output(work);
    if (!crl) {
      return std::move(crl).error();
    }
    outputs.push_back(std::move(crl).value());
  }
  if (auto written = write_outputs(work, outputs); !written) {
    return std::move(written).error();
  }
  Turn turn;
  turn.facts = {{"delivered", true}};
  turn.public_note = "written, read back and equal";
  return turn;
}

constexpr std::array kVaultActions{
    Action{.name = "check-vault", .ask = ask_nothing, .act = check_vault},
    Action{.name = "write-vaults", .ask = ask_nothing, .act = write_vaults},
    Action{.name = "write-drill", .ask = ask_nothing, .act = write_vaults},
    Action{.name = "deliver", .ask = ask_nothing, .act = deliver}};

}  // namespace

std::span<const Action> vault_actions() {
  return kVaultActions;
}

}  // namespace ceremony
