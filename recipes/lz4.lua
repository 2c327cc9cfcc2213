-- The sources come out of the Rust crate that vendors them, with upstream's CMake project.
identity = "fettle.lz4@v1"
description = "LZ4 compression library (static, position independent) and program"
homepage = "https://lz4.org"
license = "BSD-2-Clause AND GPL-2.0-or-later"
platforms = { "linux", "darwin" }

-- LZ4 release → release of the crate lz4-sys that holds it
local crates = {
  ["1.10.0"] = "1.11.1+lz4-1.10.0",
  ["1.9.4"] = "1.9.4",
}

options = {
  version = { type = "string", default = "1.10.0", choices = { "1.10.0", "1.9.4" }, description = "LZ4 release" },
}

dependencies = {
  { recipe = "fettle.cc@v1", needed_by = "build" },
  { recipe = "fettle.cmake@v1", needed_by = "build" },
  { recipe = "fettle.ninja@v1", needed_by = "build" },
}

function fetch(ctx)
  return { source = "pkg:cargo/lz4-sys@" .. crates[ctx.options.version] }
end

stage = { strip = 1 }

build = {
  cmake = {
    source = "liblz4/build/cmake",
    generator = "Ninja",
    build_type = "Release",
    defines = {
      BUILD_SHARED_LIBS = false,
      BUILD_STATIC_LIBS = true,
      CMAKE_INSTALL_LIBDIR = "lib",
      LZ4_BUILD_LEGACY_LZ4C = false,
      -- 1.9.4 asks for a CMake so old that today's refuses to play it.
      CMAKE_POLICY_VERSION_MINIMUM = "3.10",
    },
  },
}

products = { lz4 = "bin/lz4" }
