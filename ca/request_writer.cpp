#include "ca/request_writer.h"

#include <string_view>
#include <utility>

#include "ca/der.h"
#include "ca/public_key.h"
#include "ca/signature_algorithm.h"

namespace ca {

namespace {

constexpr std::string_view kExtensionRequest = "1.2.840.113549.1.9.14";

// [0] IMPLICIT SET OF Attribute, with one or none.
base::Bytes attributes_for(const std::vector<Extension>& extensions) {
  if (extensions.empty()) {
    return der(DerTag::kContext0Constructed, {});
  }
  const base::Bytes values = der(DerTag::kSet, {encode(extensions)});
  return der(DerTag::kContext0Constructed,
             {der(DerTag::kSequence, {der_object_identifier(kExtensionRequest), values})});
}

}  // namespace

base::Result<base::Bytes> write_request(const DistinguishedName& subject,
                                        Signer& signer,
                                        const std::vector<Extension>& extensions) {
  const base::Bytes version = der_unsigned(0);
  const base::Bytes information =
      der(DerTag::kSequence,
          {version, subject.der(), signer.public_key_info(), attributes_for(extensions)});
  auto signature = signer.sign(information);
  if (!signature) {
    return std::move(signature).error();
  }
  auto verified = verify_signature({.public_key_info = signer.public_key_info(),
                                    .message = information,
                                    .signature = *signature});
  if (!verified) {
    return std::move(verified).error();
  }
  const base::Bytes algorithm = signature_algorithm_of(signer.algorithm());
  const base::Bytes no_unused_bits{0};
  const base::Bytes bits = der(DerTag::kBitString, {no_unused_bits, *signature});
  return der(DerTag::kSequence, {information, algorithm, bits});
}

}  // namespace ca
