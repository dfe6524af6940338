#include <doctest/doctest.h>

#include "base/digest.h"
#include "base/secret_bytes.h"
#include "ceremony/seal.h"
#include "ceremony/signed_note.h"
#include "support/ledger_records.h"
#include "support/temporary_folder.h"

namespace support {

namespace {

using ceremony::Json;
using ceremony::Transcript;

ceremony::NoteSigner officer() {
  const std::string seed(32, 's');
  return {.name = "pki.example/root-g1/director",
          .seed = base::SecretBytes::copy_of(base::bytes_of(seed))};
}

void add(Transcript& record, const std::string& type, Json data) {
  const auto line = ceremony::build_public_line({.i = record.entries().size(),
                                                 .prev = record.head(),
                                                 .date = "2026-11-27",
                                                 .type = type,
                                                 .data = std::move(data),
                                                 .journal = std::string(64, '0')},
                                                {});
  REQUIRE_MESSAGE(line.ok(), type);
  REQUIRE(record.add(line->text).ok());
}

}  // namespace

std::string officer_vkey() {
  return ceremony::vkey_of(officer()).value().text();
}

Transcript make_record(const NewRecord& wanted) {
  Transcript record;
  add(record,
      "open",
      {{"ceremony", wanted.ceremony},
       {"mode", wanted.mode},
       {"sequence", wanted.sequence},
       {"previous_head", wanted.head}});
  Json signers = Json::array();
  signers.push_back({{"role", "director"}, {"vkey", officer_vkey()}});
  add(record, "roster", {{"signers", signers}});
  for (const auto& [type, data] : wanted.entries) {
    add(record, type, data);
  }
  return record;
}

bool says(const base::Error& error, const std::string& words) {
  INFO(error.message);
  return error.message.find(words) != std::string::npos;
}

void plant_record(const std::filesystem::path& folder, const Transcript& record) {
  std::string text;
  for (const ceremony::TranscriptEntry& entry : record.entries()) {
    text += entry.sha256 + " " + entry.text + "\n";
  }
  plant(folder / "transcript.log", text);
  const auto said = ceremony::seal_text("pki.example/root-g1", record);
  REQUIRE(said.ok());
  const auto line = ceremony::sign_note_line(officer(), *said);
  REQUIRE(line.ok());
  const auto seal = ceremony::make_seal(*said, {*line});
  REQUIRE(seal.ok());
  plant(folder / "seal.note", *seal);
}

std::pair<std::string, Json> certificate(const std::string& serial) {
  return {"cert.issue",
          {{"serial", serial},
           {"certificate", base::sha256_hex(base::bytes_of("certificate " + serial))},
           {"public_key", base::sha256_hex(base::bytes_of("key " + serial))},
           {"issuer_public_key", base::sha256_hex(base::bytes_of("key of the root"))},
           {"subject", "CN=" + serial},
           {"not_after", "2036-11-26"}}};
}

std::pair<std::string, Json> crl(std::uint64_t number, const std::vector<std::string>& revoked) {
  Json list = Json::array();
  for (const std::string& serial : revoked) {
    list.push_back({{"serial", serial}, {"date", "2026-11-27"}, {"reason", "keyCompromise"}});
  }
  return {"crl.issue",
          {{"number", number},
           {"crl", base::sha256_hex(base::bytes_of("CRL " + std::to_string(number)))},
           {"this_update", "2026-11-27"},
           {"revoked", list}}};
}

}  // namespace support
