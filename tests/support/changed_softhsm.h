// tests/support/changed_softhsm.h - the table of functions that SoftHSM gives to everybody in this
// process, to be changed for as long as an object lives: a token that lies.

#pragma once

#include <dlfcn.h>

#include <doctest/doctest.h>
#include <p11-kit/pkcs11.h>

#include "ca/pkcs11_module.h"

namespace support {

class ChangedSoftHsm {
 public:
  ChangedSoftHsm() {
    const auto library = ca::Pkcs11Module::find_softhsm();
    REQUIRE(library.ok());
    handle_ = dlopen(library->c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    REQUIRE(handle_ != nullptr);
    const auto get = reinterpret_cast<CK_C_GetFunctionList>(dlsym(handle_, "C_GetFunctionList"));
    REQUIRE((get != nullptr));
    REQUIRE(get(&table_) == CKR_OK);
    real() = *table_;
  }
  ~ChangedSoftHsm() {
    *table_ = real();
    dlclose(handle_);
  }
  ChangedSoftHsm(const ChangedSoftHsm&) = delete;
  ChangedSoftHsm& operator=(const ChangedSoftHsm&) = delete;

  // What this process calls.
  CK_FUNCTION_LIST* operator->() { return table_; }

  // SoftHSM's own functions, for those that stand in for them.
  static CK_FUNCTION_LIST& real() {
    static CK_FUNCTION_LIST kept{};
    return kept;
  }

 private:
  void* handle_ = nullptr;
  CK_FUNCTION_LIST* table_ = nullptr;
};

}  // namespace support
