#include <cstdlib>
#include <iostream>

#include "base/digest.h"
#include "support/evaluation_records.h"

namespace support {

namespace {

using ceremony::Json;

constexpr const char* kDate = "2026-11-23";

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "the test's record cannot be written: " << why << '\n';
  std::abort();
}

Json key_data(const LifeOptions& options) {
  return {{"algorithm", "p-384"},
          {"public_key", digest_named(options.root)},
          {"made_in", "token"},
          {"token",
           {{"manufacturer", "SoftHSM project"}, {"model", "SoftHSM v2"}, {"firmware", "2.6"}}}};
}

ceremony::PublicRecord generation(const LifeOptions& options) {
  RecordBuilder builder({.id = "0001-root-generation", .mode = options.mode, .previous_head = {}});
  builder.add("key.generate", key_data(options))
      .add("key.wrap", {{"scheme", "aes-256-kwp"}, {"opened_by", "other-implementation"}})
      .add("shares.issue", {{"generation", 1}, {"scheme", "slip-39"}, {"extra", options.extra}})
      .add("shares.verify", {{"copies", "all-read-back"}, {"polynomial", "consistent"}})
      .add("restore.prove",
           {{"result", "restored"},
            {"quorum", "drawn-by-lot"},
            {"public_key", digest_named(options.root)}})
      .add("cert.issue", root_certificate_data(options))
      .add("key.destroy", {{"what", "token-copy-and-kek"}});
  return builder.completed();
}

ceremony::PublicRecord drill(const std::string& previous_head) {
  RecordBuilder builder({.id = "0006-recovery-drill",
                         .mode = "DRILL",
                         .sequence = 6,
                         .previous_head = previous_head});
  LifeOptions own;
  own.root = "drill root";
  builder.add("key.generate", key_data(own))
      .add("shares.issue", {{"generation", 1}, {"scheme", "slip-39"}, {"extra", 7}})
      .add("cert.issue", root_certificate_data(own))
      .add("quorum.met", {{"purpose", "drill"}})
      .add("drill.result",
           {{"production_set", "refused"}, {"objective_seconds", 3600}, {"objective_met", true}});
  return builder.completed();
}

}  // namespace

RecordBuilder::RecordBuilder(const Opening& opening) {
  record_.id = opening.id;
  record_.origin = "pki.example/root-g1";
  record_.seal_sha256 = digest_named("seal of " + opening.id);
  add("open",
      {{"ceremony", opening.id.substr(5)},
       {"mode", opening.mode},
       {"sequence", opening.sequence},
       {"plan", digest_named("plan")},
       {"script", digest_named("script")},
       {"software", "conclave 0.1.0"},
       {"previous_head",
        opening.previous_head.empty() ? ceremony::no_previous() : opening.previous_head}});
}

RecordBuilder& RecordBuilder::add(std::string_view type, Json data) {
  const auto line = ceremony::build_public_line({.i = record_.transcript.entries().size(),
                                                 .prev = record_.transcript.head(),
                                                 .date = kDate,
                                                 .type = std::string(type),
                                                 .data = std::move(data),
                                                 .journal = digest_named("journal")},
                                                {});
  if (!line) {
    give_up(line.error().message);
  }
  if (const auto added = record_.transcript.add(line->text); !added) {
    give_up(added.error().message);
  }
  return *this;
}

ceremony::PublicRecord RecordBuilder::completed() {
  return add("close", {{"result", "completed"}}).record_;
}

ceremony::PublicRecord RecordBuilder::aborted() {
  return add("close", {{"result", "aborted"}}).record_;
}

std::string digest_named(std::string_view name) {
  return base::sha256_hex(base::bytes_of(name));
}

Json root_certificate_data(const LifeOptions& options) {
  return {{"profile", "root"},
          {"subject", "CN=Example Root G1"},
          {"serial", "01aa"},
          {"certificate", digest_named(options.root + " certificate")},
          {"public_key", digest_named(options.root)},
          {"issuer_public_key", digest_named(options.root)},
          {"not_before", "2026-11-23"},
          {"not_after", "2056-11-22"},
          {"path_length", -1},
          {"algorithm", "p-384"}};
}

Json subordinate_data(const LifeOptions& options) {
  return {{"profile", "subordinate-device-identity"},
          {"subject", "CN=Example Device Identity CA 1"},
          {"serial", "01bb"},
          {"certificate", digest_named(options.root + " subordinate certificate")},
          {"public_key", digest_named(options.root + " subordinate")},
          {"issuer_public_key", digest_named(options.root)},
          {"not_before", "2026-11-23"},
          {"not_after", "2036-11-22"},
          {"path_length", 0},
          {"algorithm", "p-256"}};
}

std::vector<ceremony::PublicRecord> whole_life(const LifeOptions& options) {
  std::vector<ceremony::PublicRecord> records{generation(options)};
  const auto next = [&records, &options](const std::string& id) {
    return RecordBuilder({.id = id,
                          .mode = options.mode,
                          .sequence = static_cast<unsigned>(records.size()) + 1,
                          .previous_head = records.back().transcript.head()});
  };
  const Json opened = {{"public_key", digest_named(options.root)},
                       {"compared_with", "root-certificate"}};
  const Json destroyed = {{"what", "token-copy-and-kek"}};
  records.push_back(next("0002-subordinate-signing")
                        .add("quorum.met", {{"purpose", "sign"}})
                        .add("key.open", opened)
                        .add("cert.issue", subordinate_data(options))
                        .add("key.destroy", destroyed)
                        .completed());
  records.push_back(
      next("0003-crl").add("key.open", opened).add("key.destroy", destroyed).completed());
  records.push_back(next("0004-share-verification")
                        .add("shares.health", {{"result", "all-shares-verified"}})
                        .completed());
  records.push_back(next("0005-backup-activation")
                        .add("site.activate",
                             {{"epoch", 2},
                              {"site", "site-2"},
                              {"reason", "deadline"},
                              {"last_known_crl_number", 2},
                              {"crl_number_jump", 100}})
                        .add("quorum.met", {{"purpose", "activate"}})
                        .add("key.open", opened)
                        .add("key.destroy", destroyed)
                        .completed());
  records.push_back(drill(records.back().transcript.head()));
  return records;
}

}  // namespace support
