#include "bench/compare/verify_long_record.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "base/digest.h"
#include "base/random.h"
#include "base/text_encoding.h"
#include "bench/compare/must.h"
#include "ceremony/record_folder.h"
#include "ceremony/seal.h"
#include "ceremony/transcript.h"
#include "ceremony/transcript_verifier.h"

namespace compare {

namespace {

using ceremony::Json;

constexpr const char* kOrigin = "pki.example/root-g1/0001-subordinate-signing";

// Writes lines as Journal::publish() does, but for the journal.
class LineWriter {
 public:
  void add(const std::string& type, Json data) {
    const ceremony::PublicLine line =
        must(ceremony::build_public_line({.i = transcript_.entries().size(),
                                          .prev = transcript_.head(),
                                          .date = "2026-11-29",
                                          .type = type,
                                          .data = std::move(data),
                                          .journal = std::string(64, 'a')},
                                         {}));
    must_add(line.text);
    content_ += transcript_.head() + " " + line.text + "\n";
  }

  [[nodiscard]] const ceremony::Transcript& transcript() const { return transcript_; }
  [[nodiscard]] const std::string& content() const { return content_; }

 private:
  void must_add(const std::string& text) {
    if (auto added = transcript_.add(text); !added) {
      must(base::Result<int>(added.error()));
    }
  }

  ceremony::Transcript transcript_;
  std::string content_;
};

std::string random_hex(std::size_t size_bytes) {
  return base::to_hex(base::random_bytes(size_bytes));
}

Json issued(std::size_t number, const std::string& issuer_key) {
  return {{"profile", "device-identity"},
          {"subject", "CN=Example Device " + std::to_string(number) + ",O=Example Devices,C=DE"},
          {"serial", random_hex(17)},
          {"certificate", random_hex(32)},
          {"public_key", random_hex(32)},
          {"issuer_public_key", issuer_key},
          {"not_before", "2026-11-29"},
          {"not_after", "9999-12-31"},
          {"path_length", -1},
          {"algorithm", "p-256"}};
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

void make_long_record(const std::filesystem::path& folder, std::size_t entries) {
  const ceremony::NoteSigner signer{.name = "pki.example/root-g1/administrator",
                                    .seed = base::SecretBytes::copy_of(base::random_bytes(32))};
  LineWriter writer;
  writer.add("open",
             {{"ceremony", "subordinate-signing"},
              {"mode", "REHEARSAL"},
              {"sequence", 1},
              {"origin", kOrigin},
              {"previous_head", ceremony::no_previous()}});
  writer.add("roster",
             {{"signers",
               {{{"role", "administrator"}, {"vkey", must(ceremony::vkey_of(signer)).text()}}}}});
  const std::string issuer_key = random_hex(32);
  while (writer.transcript().entries().size() + 1 < entries) {
    writer.add("cert.issue", issued(writer.transcript().entries().size(), issuer_key));
  }
  writer.add("close", {{"result", "completed"}});
  const std::string text = must(ceremony::seal_text(kOrigin, writer.transcript()));
  std::filesystem::create_directories(folder);
  write_text(folder / ceremony::kTranscriptFile, writer.content());
  write_text(folder / ceremony::kSealFile,
             must(ceremony::make_seal(text, {must(ceremony::sign_note_line(signer, text))})));
}

void verify_long_record(const std::filesystem::path& folder) {
  const ceremony::RecordVerdict verdict = must(ceremony::verify_record(folder, std::nullopt));
  (void)std::fputs(ceremony::verdict_text(verdict).c_str(), stdout);
  if (verdict.state != ceremony::RecordState::kSignersUnverified) {
    std::exit(1);  // NOLINT(concurrency-mt-unsafe): there is one thread
  }
}

}  // namespace compare
