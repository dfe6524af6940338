// The acts that write a vault, and deliver what was signed.

#include <array>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/media.h"
#include "base/text_encoding.h"
#include "ca/certificate.h"
#include "ca/pem.h"
#include "ceremony/action.h"
#include "ceremony/drafts.h"
#include "ceremony/expiry_sheet.h"
#include "ceremony/issued_facts.h"
#include "ceremony/key_facts.h"
#include "ceremony/outputs.h"
#include "ceremony/turns.h"
#include "ceremony/vault.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

base::Bytes bytes_from(const std::string& text) {
  const base::ByteView view = base::bytes_of(text);
  return {view.begin(), view.end()};
}

// A fact that holds bytes as base64.
Result<base::Bytes> bytes_fact(const Workplace& work, std::string_view name) {
  auto text = work.text_fact(name);
  if (!text) {
    return std::move(text).error();
  }
  return base::from_base64(*text);
}

// What a list of that name holds; an empty one where no step has made any.
Json fact_list(const Workplace& work, const char* name) {
  const auto found = work.facts.find(name);
  return found == work.facts.end() ? Json::array() : found->second;
}

Result<Output> crl_output(const Json& crl, const ca::Certificate& root) {
  auto list = crl_as_signed(crl.at("der"), root);
  if (!list) {
    return std::move(list).error();
  }
  const std::string name = std::to_string(crl.at("number").get<std::uint64_t>()) + ".crl";
  return Output{.at_site = fs::path("crl") / name, .in_transfer = name, .bytes = list->der()};
}

// Reserve CRLs stay in the vault until their day comes.
Result<void> add_reserve_outputs(const Workplace& work,
                                 const ca::Certificate& root,
                                 std::vector<Output>& outputs) {
  for (const Json& one : fact_list(work, "reserve-crls")) {
    auto output = crl_output(one, root);
    if (!output) {
      return std::move(output).error();
    }
    output->at_site = fs::path(kReserveFolder) / output->at_site.filename();
    output->in_transfer.clear();
    outputs.push_back(std::move(output).value());
  }
  return {};
}

// What the root answers by OCSP: outside by serial number, at the sites by the CRL's number, too.
Result<void> add_ocsp_outputs(const Workplace& work,
                              const ca::Certificate& root,
                              std::vector<Output>& outputs) {
  for (const Json& one : fact_list(work, "ocsp")) {
    auto response = ocsp_as_signed(one.at("der"), root);
    if (!response) {
      return std::move(response).error();
    }
    const std::string name = one.at("serial").get<std::string>() + ".ocsp";
    std::string at_site = work.facts.at("crl").at("number").dump();
    at_site.append("-").append(name);
    outputs.push_back({.at_site = fs::path(kOcspFolder) / at_site,
                       .in_transfer = name,
                       .bytes = response->der()});
  }
  return {};
}

// The CRL of this ceremony, and what was signed with it.
Result<void> add_crls(const Workplace& work, std::vector<Output>& outputs) {
  auto crl = work.fact("crl");
  auto root = crl ? root_of(work) : Result<ca::Certificate>(crl.error());
  auto output = root ? crl_output(*crl, *root) : Result<Output>(root.error());
  if (!output) {
    return std::move(output).error();
  }
  outputs.push_back(std::move(output).value());
  if (auto added = add_reserve_outputs(work, *root, outputs); !added) {
    return added;
  }
  return add_ocsp_outputs(work, *root, outputs);
}

Error lacks_for_vault() {
  return Error{ErrorCode::kInconsistent,
               "the record of this ceremony lacks what a vault needs; the script is at fault"};
}

// The header but for the digest of the file that speaks for the key.
Result<VaultHeader> header_of(const Workplace& work) {
  auto key = key_facts(work);
  auto set = set_of(work, WhichSet::kNew);
  auto blob = work.text_fact("blob");
  if (!key || !set || !blob) {
    return lacks_for_vault();
  }
  return VaultHeader{.algorithm = key->algorithm,
                     .public_key_info = key->public_key_info,
                     .blob_sha256 = *blob,
                     .root_sha256 = {},
                     .set = *set};
}

// What a root's vault has at its birth; its header last, so that half a vault is none.
Result<std::vector<Output>> root_vault_outputs(const Workplace& work) {
  auto root = root_of(work);
  auto facts = header_of(work);
  if (!root || !facts) {
    return lacks_for_vault();
  }
  auto certificate = certificate_as_signed(base::to_base64(root->der()), *root);
  if (!certificate) {
    return std::move(certificate).error();
  }
  facts->root_sha256 = base::sha256_hex(root->der());
  auto header = write_vault_header(*facts);
  if (!header) {
    return std::move(header).error();
  }
  std::vector<Output> outputs;
  outputs.push_back(
      {.at_site = "root.pem", .in_transfer = "root.pem", .bytes = bytes_from(root->pem())});
  if (auto added = add_crls(work, outputs); !added) {
    return std::move(added).error();
  }
  outputs.push_back({.at_site = "vault.json", .in_transfer = {}, .bytes = bytes_from(*header)});
  return outputs;
}

// The same of a signing key's vault: the request for its certificate, and the header.
Result<std::vector<Output>> signing_vault_outputs(const Workplace& work) {
  auto request = bytes_fact(work, "key-request");
  auto facts = header_of(work);
  if (!request || !facts) {
    return lacks_for_vault();
  }
  facts->request_sha256 = base::sha256_hex(*request);
  auto header = write_vault_header(*facts);
  if (!header) {
    return std::move(header).error();
  }
  std::vector<Output> outputs;
  outputs.push_back({.at_site = kRequestFile,
                     .in_transfer = kRequestFile,
                     .bytes = bytes_from(ca::pem_text("CERTIFICATE REQUEST", *request))});
  outputs.push_back({.at_site = "vault.json", .in_transfer = {}, .bytes = bytes_from(*header)});
  return outputs;
}

// What expires when, for who was not there. A drill's certificates are nobody's.
Result<void> add_expiry_sheet(const Workplace& work, std::vector<Output>& outputs) {
  const bool signs = work.plan.root || work.facts.contains("certificates") || work.plan.crl;
  if (!signs || work.plan.mode == Mode::kDrill) {
    return {};
  }
  auto sheet = expiry_sheet_of(work);
  if (!sheet) {
    return std::move(sheet).error();
  }
  const std::string name = numbered(work.plan) + "-expiry";
  outputs.push_back(
      {.at_site = {}, .in_transfer = name + ".html", .bytes = bytes_from(expiry_html(*sheet))});
  outputs.push_back(
      {.at_site = {}, .in_transfer = name + ".ics", .bytes = bytes_from(expiry_calendar(*sheet))});
  return {};
}

Result<Turn> write_vaults(Workplace& work, client::Input& /*input*/) {
  auto outputs = work.plan.signing_key ? signing_vault_outputs(work) : root_vault_outputs(work);
  if (!outputs) {
    return std::move(outputs).error();
  }
  if (auto added = add_expiry_sheet(work, *outputs); !added) {
    return std::move(added).error();
  }
  if (auto written = write_outputs(work, *outputs, Order::kAsGiven); !written) {
    return std::move(written).error();
  }
  for (const fs::path& site : work.room.sites) {
    const bool issues = work.plan.mode != Mode::kDrill && !work.plan.signing_key;
    if (auto made = issues ? base::make_folder_where_missing(site / "ca") : Result<void>(); !made) {
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
void add_certificate(const IssuedFact& issued,
                     const ca::Certificate& root,
                     std::vector<Output>& outputs) {
  const std::string pem = issued.certificate.pem();
  outputs.push_back({.at_site = fs::path("ca") / (issued.certificate.serial_hex() + ".pem"),
                     .in_transfer = issued.name + ".pem",
                     .bytes = bytes_from(pem)});
  outputs.push_back({.at_site = {},
                     .in_transfer = issued.name + "-chain.pem",
                     .bytes = bytes_from(pem + root.pem())});
}

Result<void> add_certificates(const Workplace& work, std::vector<Output>& outputs) {
  if (!work.facts.contains("certificates")) {
    return {};
  }
  auto root = root_of(work);
  if (!root) {
    return std::move(root).error();
  }
  return for_each_issued(work, Proof::kSignature, [&](const IssuedFact& issued) -> Result<void> {
    add_certificate(issued, *root, outputs);
    return {};
  });
}

// What became of every request, for those who asked: docs/formats/results.md.
Result<void> add_results(const Workplace& work, std::vector<Output>& outputs) {
  const Json results = fact_list(work, "results");
  if (results.empty()) {
    return {};
  }
  const Json page{{"format", "conclave-request-results-1"},
                  {"ceremony", record_name(work.plan)},
                  {"plan", work.plan.sha256},
                  {"results", results}};
  outputs.push_back({.at_site = {},
                     .in_transfer = numbered(work.plan) + "-results.json",
                     .bytes = bytes_from(page.dump(2) + "\n")});
  return {};
}

// The request with which another root is asked, in both forms, and the certificate that it follows.
Result<void> add_cross_request(const Workplace& work, std::vector<Output>& outputs) {
  if (!work.facts.contains("cross-request")) {
    return {};
  }
  auto root = root_of(work);
  auto request = root ? cross_request_as_signed(work.facts.at("cross-request"), *root)
                      : Result<ca::SigningRequest>(root.error());
  if (!request) {
    return std::move(request).error();
  }
  const std::string name = numbered(work.plan) + "-cross";
  outputs.push_back(
      {.at_site = {}, .in_transfer = name + ".csr", .bytes = bytes_from(request->pem())});
  outputs.push_back({.at_site = {}, .in_transfer = name + ".csr.der", .bytes = request->der()});
  outputs.push_back({.at_site = {}, .in_transfer = "root.pem", .bytes = bytes_from(root->pem())});
  return {};
}

// Signatures over artefacts go outside and nowhere else: the record holds their digests.
Result<void> add_signatures(const Workplace& work, std::vector<Output>& outputs) {
  for (const Json& signature : fact_list(work, "signatures")) {
    auto bytes = base::from_base64(signature.at("signature").get<std::string>());
    if (!bytes) {
      return std::move(bytes).error();
    }
    outputs.push_back({.at_site = {},
                       .in_transfer = signature.at("name").get<std::string>(),
                       .bytes = std::move(bytes).value()});
  }
  return {};
}

Result<Turn> deliver(Workplace& work, client::Input& /*input*/) {
  std::vector<Output> outputs;
  for (const auto add : {add_certificates, add_results, add_cross_request, add_signatures}) {
    if (auto added = add(work, outputs); !added) {
      return std::move(added).error();
    }
  }
  if (auto added = work.facts.contains("crl") ? add_crls(work, outputs) : Result<void>(); !added) {
    return std::move(added).error();
  }
  if (auto added = add_expiry_sheet(work, outputs); !added) {
    return std::move(added).error();
  }
  if (auto written = write_outputs(work, outputs, Order::kTogether); !written) {
    return std::move(written).error();
  }
  Turn turn;
  turn.facts = {{"delivered", true}};
  turn.public_note = "written, read back and equal";
  return turn;
}

constexpr std::array kVaultActions{
    Action{.name = "write-vaults", .ask = ask_nothing, .act = write_vaults},
    Action{.name = "write-drill", .ask = ask_nothing, .act = write_vaults},
    Action{.name = "deliver", .ask = ask_nothing, .act = deliver}};

}  // namespace

std::span<const Action> vault_actions() {
  return kVaultActions;
}

}  // namespace ceremony
