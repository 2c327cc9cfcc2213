identity = "fettle.deno@v1"
description = "Deno: JavaScript and TypeScript runtime with formatter, linter and test runner"
homepage = "https://deno.com"
license = "MIT"
platforms = { "linux", "darwin", "windows" }

options = {
  version = { type = "string", default = "2.9.5", description = "Deno release" },
}

local carriers = {
  ["linux-x86_64"] = "linux-x64-glibc",
  ["linux-arm64"] = "linux-arm64-glibc",
  ["darwin-x86_64"] = "darwin-x64",
  ["darwin-arm64"] = "darwin-arm64",
  ["windows-x86_64"] = "win32-x64",
  ["windows-arm64"] = "win32-arm64",
}

function fetch(ctx)
  return { source = "pkg:npm/%40deno/" .. carriers[fettle.platform_arch] .. "@" .. ctx.options.version }
end

stage = { strip = 1 }

products = { deno = "deno" .. fettle.exe_ext }
