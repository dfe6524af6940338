#include "ca/signing_request.h"

#include <algorithm>
#include <array>
#include <set>

#include "ca/asn1_forms.h"
#include "ca/der.h"
#include "ca/extension_text.h"
#include "ca/form_signature.h"
#include "ca/openssl_error.h"
#include "ca/openssl_fields.h"
#include "ca/openssl_ptr.h"
#include "ca/pem.h"
#include "ca/signature_algorithm.h"

namespace ca {

namespace {

constexpr const char* kWhat = "request";
constexpr std::string_view kExtensionRequest = "1.2.840.113549.1.9.14";
constexpr std::string_view kMicrosoftExtensionRequest = "1.3.6.1.4.1.311.2.1.14";

base::Error malformed(std::string message) {
  forget_openssl_errors();
  return base::Error{base::ErrorCode::kMalformed, std::move(message)};
}

// Whether a PEM file has more than white space behind its last END line.
bool has_text_behind_its_end(std::string_view file) {
  constexpr std::string_view kDashes = "-----";
  const std::size_t end_line = file.rfind("-----END ");
  const std::size_t dashes =
      end_line == std::string_view::npos ? end_line : file.find(kDashes, end_line + kDashes.size());
  return dashes != std::string_view::npos &&
         file.find_first_not_of(" \t\r\n", dashes + kDashes.size()) != std::string_view::npos;
}

// Whether OpenSSL, writing the request anew, gives the same bytes.
bool comes_back_the_same(const RequestInfoForm& info, base::ByteView der) {
  return std::ranges::equal(written_anew(info), first_value(contents_of(der)));
}

std::string oid_text(const ASN1_OBJECT* object) {
  std::array<char, 160> text{};
  OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
  return text.data();
}

// The list inside an extension request attribute; nothing when it is no such list.
std::optional<std::vector<Extension>> extensions_in(X509_ATTRIBUTE* attribute) {
  if (X509_ATTRIBUTE_count(attribute) != 1) {
    return std::nullopt;
  }
  const ASN1_TYPE* const type = X509_ATTRIBUTE_get0_type(attribute, 0);
  if (ASN1_TYPE_get(type) != V_ASN1_SEQUENCE) {
    return std::nullopt;
  }
  const base::ByteView list = bytes_of_string(type->value.sequence);
  const unsigned char* at = list.data();
  const ExtensionStackPtr stack(d2i_X509_EXTENSIONS(nullptr, &at, static_cast<long>(list.size())));
  forget_openssl_errors();
  if (stack == nullptr || at != list.data() + list.size() || !is_plain_der(stack.get())) {
    return std::nullopt;
  }
  return extensions_of(stack.get());
}

base::Finding request_error(const char* rule, const char* field, std::string message) {
  return {.rule = rule,
          .severity = base::Severity::kError,
          .field = field,
          .source = "RFC 2986 section 4",
          .message = std::move(message)};
}

// Each value that stands in the list more than once, once.
std::set<std::string> repeated(const std::vector<std::string>& values) {
  std::set<std::string> seen;
  std::set<std::string> twice;
  for (const std::string& value : values) {
    if (!seen.insert(value).second) {
      twice.insert(value);
    }
  }
  return twice;
}

}  // namespace

base::Result<SigningRequest> SigningRequest::parse(base::ByteView file) {
  if (file.size() > kLargestRequest) {
    return malformed(
        "this file is larger than 64 KiB, and no request is; look whether it is the right file");
  }
  base::Result<std::vector<EncodedObject>> objects = read_objects(file);
  if (!objects) {
    return objects.error();
  }
  if (objects->size() != 1) {
    return malformed("this file holds " + std::to_string(objects->size()) +
                     " objects, and a request must stand alone; split it");
  }
  if (has_text_behind_its_end(base::text_of(file))) {
    return malformed(
        "something stands in this file behind the end of the request; remove it, or have the "
        "request sent again");
  }
  const EncodedObject& object = objects->front();
  if (object.label.empty() || object.label == "CERTIFICATE REQUEST" ||
      object.label == "NEW CERTIFICATE REQUEST") {
    return parse_der(object.der);
  }
  return malformed(
      "this file holds no certificate request but another kind of object; look whether it is the "
      "right file");
}

base::Result<SigningRequest> SigningRequest::parse_der(base::ByteView der) {
  if (const std::optional<DerFault> fault = find_der_fault(der)) {
    return not_proper(kWhat, *fault);
  }
  forget_openssl_errors();
  const RequestFormPtr form = read_request_form(der);
  if (form == nullptr || !comes_back_the_same(*form->info, der)) {
    return not_proper(kWhat);
  }
  const RequestInfoForm& info = *form->info;
  base::Result<DistinguishedName> subject = DistinguishedName::parse(name_der(info.subject));
  if (!subject) {
    return not_proper(kWhat);
  }
  auto parsed = std::make_shared<Parsed>();
  parsed->der.assign(der.begin(), der.end());
  parsed->version = ASN1_INTEGER_get(info.version);
  parsed->algorithm = written<i2d_X509_ALGOR>(form->algorithm);
  parsed->subject = std::move(*subject);
  parsed->public_key_info = written_anew(*info.public_key_info);
  for (int i = 0; i < sk_X509_ATTRIBUTE_num(info.attributes); ++i) {
    X509_ATTRIBUTE* const attribute = sk_X509_ATTRIBUTE_value(info.attributes, i);
    parsed->attributes.push_back(oid_text(X509_ATTRIBUTE_get0_object(attribute)));
    if (parsed->attributes.back() != kExtensionRequest &&
        parsed->attributes.back() != kMicrosoftExtensionRequest) {
      continue;
    }
    const std::optional<std::vector<Extension>> list = extensions_in(attribute);
    parsed->has_bad_extension_list |= !list;
    if (list) {
      parsed->requested_extensions.insert(
          parsed->requested_extensions.end(), list->begin(), list->end());
    }
  }
  forget_openssl_errors();
  return SigningRequest(std::move(parsed));
}

std::string SigningRequest::pem() const {
  return pem_text("CERTIFICATE REQUEST", der());
}

base::Findings SigningRequest::check(const KeyRegistry& seen) const {
  base::Findings findings;
  if (parsed_->version != 0) {
    findings.push_back(request_error("request-version",
                                     "version",
                                     "The request is of another version than the only one that "
                                     "the standard knows (v1); have it made again."));
  }
  const base::Findings key_faults = find_key_faults(public_key_info());
  findings.insert(findings.end(), key_faults.begin(), key_faults.end());
  check_signature(findings);
  const base::Findings name_faults = find_name_faults(subject(), "subject");
  findings.insert(findings.end(), name_faults.begin(), name_faults.end());
  if (const std::optional<std::string_view> owner = seen.owner_of(public_key_info())) {
    findings.push_back({.rule = std::string(kRequestKeyAlreadyUsed),
                        .severity = base::Severity::kError,
                        .field = "subjectPublicKeyInfo",
                        .source = "Conclave DESIGN 4",
                        .message = "This key is already used by " + std::string(*owner) +
                                   "; each certificate needs a key of its own, so have a new key "
                                   "made."});
  }
  check_attributes(findings);
  check_extensions(findings);
  return findings;
}

void SigningRequest::check_signature(base::Findings& findings) const {
  if (!is_accepted_signature_algorithm(parsed_->algorithm)) {
    findings.push_back(request_error(
        "request-signature-algorithm",
        "signatureAlgorithm",
        "The request is signed with " + name_of_signature_algorithm(parsed_->algorithm) +
            ", which is not accepted; have it made with SHA-256, SHA-384 or SHA-512 "
            "(RSA PKCS #1 v1.5 or ECDSA), Ed25519, ML-DSA or SLH-DSA."));
    return;
  }
  const base::Result<EvpPkeyPtr> key = read_public_key(public_key_info());
  // A key that cannot be read has been reported by that name already.
  // A request of another version is refused for that.
  if (key && parsed_->version == 0 &&
      !is_signed_by(form_signature_of(der()), **key).value_or(false)) {
    findings.push_back(
        request_error("request-proof-of-possession",
                      "signature",
                      "The request is not signed by its own key (proof of possession), so whoever "
                      "sent it may not hold the key; have it made again where the key is."));
  }
  forget_openssl_errors();
}

void SigningRequest::check_attributes(base::Findings& findings) const {
  for (const std::string& type : repeated(parsed_->attributes)) {
    findings.push_back(request_error("request-duplicate-attribute",
                                     "attributes",
                                     "The request has the attribute " + name_of_oid(type) +
                                         " more than once, so programs may read different ones; "
                                         "have it made again."));
  }
  if (parsed_->has_bad_extension_list) {
    findings.push_back(request_error("request-extensions-malformed",
                                     "attributes",
                                     "The list of extensions that the request asks for cannot be "
                                     "read; have it made again."));
  }
  for (const std::string& type : parsed_->attributes) {
    if (type == kExtensionRequest || type == kMicrosoftExtensionRequest) {
      continue;
    }
    findings.push_back({.rule = "request-attribute-not-copied",
                        .severity = base::Severity::kNotice,
                        .field = name_of_oid(type),
                        .source = "Conclave DESIGN 4",
                        .message = "The request carries the attribute " + name_of_oid(type) +
                                   ", which will not be copied."});
  }
}

void SigningRequest::check_extensions(base::Findings& findings) const {
  std::vector<std::string> types;
  for (const Extension& extension : requested_extensions()) {
    types.push_back(extension.oid);
    const std::string name = name_of_oid(extension.oid);
    if (is_module_name(extension)) {
      findings.push_back({.rule = "request-extension-by-profile",
                          .severity = base::Severity::kNotice,
                          .field = name,
                          .source = "RFC 4108 section 5",
                          .message = "The request asks for a hardwareModuleName (" +
                                     text_of(extension) +
                                     "), which is taken where the profile has one and the plan "
                                     "gives none, and not copied otherwise."});
      continue;
    }
    findings.push_back({.rule = "request-extension-not-copied",
                        .severity = base::Severity::kNotice,
                        .field = name,
                        .source = "Conclave DESIGN 4",
                        .message = "The request asks for the extension " + name + " (" +
                                   text_of(extension) +
                                   "), which will not be copied: the plan decides."});
  }
  for (const std::string& type : repeated(types)) {
    findings.push_back(request_error("request-duplicate-extension",
                                     "extensionRequest",
                                     "The request asks for the extension " + name_of_oid(type) +
                                         " more than once; have it made again."));
  }
}

RequestCheck check_request(base::ByteView file, const KeyRegistry& seen) {
  base::Result<SigningRequest> request = SigningRequest::parse(file);
  if (!request) {
    return {.request = std::nullopt,
            .findings = {request_error("request-malformed", "file", request.error().message)}};
  }
  base::Findings findings = request->check(seen);
  return {.request = std::move(*request), .findings = std::move(findings)};
}

bool is_acceptable(const base::Findings& findings) {
  return std::none_of(findings.begin(), findings.end(), [](const base::Finding& finding) {
    return finding.severity == base::Severity::kError;
  });
}

}  // namespace ca
