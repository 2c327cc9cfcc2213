identity = "fettle.zig@v1"
description = "Zig toolchain, also a C and C++ cross compiler (zig cc, zig c++)"
homepage = "https://ziglang.org"
license = "MIT"
platforms = { "linux", "darwin", "windows" }

options = {
  version = { type = "string", default = "0.17.0", description = "Zig release" },
}

function fetch(ctx)
  return { source = "pkg:pypi/ziglang@" .. ctx.options.version }
end

-- zig finds its standard library beside itself, so the folder stays as the wheel has it.
products = { zig = "ziglang/zig" .. fettle.exe_ext }
