-- The sources come out of the Rust crate that vendors them, with upstream's CMake project. CMake finds the zlib of the
-- recipe through CMAKE_PREFIX_PATH, which holds the assets of all dependencies.
identity = "fettle.libgit2@v1"
description = "libgit2: Git as a library (static, position independent), and its small program git2"
homepage = "https://libgit2.org"
license = "GPL-2.0-only WITH GCC-exception-2.0"
platforms = { "linux", "darwin" }

-- libgit2 release → release of the crate libgit2-sys that holds it
local crates = {
  ["1.9.7"] = "0.18.8+1.9.7",
  ["1.9.1"] = "0.18.2+1.9.1",
}

options = {
  version = { type = "string", default = "1.9.7", choices = { "1.9.7", "1.9.1" }, description = "libgit2 release" },
}

dependencies = {
  { recipe = "fettle.cc@v1", needed_by = "build" },
  { recipe = "fettle.cmake@v1", needed_by = "build" },
  { recipe = "fettle.ninja@v1", needed_by = "build" },
  { recipe = "fettle.zlib@v1", needed_by = "build" },
}

function fetch(ctx)
  return { source = "pkg:cargo/libgit2-sys@" .. crates[ctx.options.version] }
end

stage = { strip = 1 }

build = {
  cmake = {
    source = "libgit2",
    generator = "Ninja",
    build_type = "Release",
    defines = {
      BUILD_CLI = true,
      BUILD_SHARED_LIBS = false,
      BUILD_TESTS = false,
      CMAKE_INSTALL_LIBDIR = "lib",
      CMAKE_POSITION_INDEPENDENT_CODE = true,
      -- Whatever else the host has must not change what is built.
      CMAKE_DISABLE_FIND_PACKAGE_OpenSSL = true,
      CMAKE_DISABLE_FIND_PACKAGE_PCRE = true,
      CMAKE_DISABLE_FIND_PACKAGE_mbedTLS = true,
      CMAKE_REQUIRE_FIND_PACKAGE_ZLIB = true,
      REGEX_BACKEND = "builtin",
      -- The host's TLS: the framework on macOS; on Linux OpenSSL's shared library is looked for when it is needed, so
      -- neither its headers nor the library have to be there to build.
      USE_HTTPS = fettle.platform == "darwin" and "SecureTransport" or "OpenSSL-Dynamic",
      USE_SHA256 = "Builtin",
      ZLIB_USE_STATIC_LIBS = true,
    },
  },
}

products = { git2 = "bin/git2" }
