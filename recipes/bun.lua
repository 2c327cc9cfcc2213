identity = "fettle.bun@v1"
description = "Bun: JavaScript runtime, bundler, test runner and package manager"
homepage = "https://bun.sh"
license = "MIT"
platforms = { "linux", "darwin", "windows-x86_64" }

options = {
  version = { type = "string", default = "1.4.5", description = "Bun release" },
  baseline = {
    type = "boolean",
    default = false,
    description = "the build for x86_64 processors without AVX2; no effect on arm64",
  },
}

local carriers = {
  ["linux-x86_64"] = "bun-linux-x64",
  ["linux-arm64"] = "bun-linux-aarch64",
  ["darwin-x86_64"] = "bun-darwin-x64",
  ["darwin-arm64"] = "bun-darwin-aarch64",
  ["windows-x86_64"] = "bun-windows-x64",
}

function fetch(ctx)
  local carrier = carriers[fettle.platform_arch]
  if ctx.options.baseline and fettle.arch == "x86_64" then
    carrier = carrier .. "-baseline"
  end
  return { source = "pkg:npm/%40oven/" .. carrier .. "@" .. ctx.options.version }
end

stage = { strip = 1 }

products = { bun = "bin/bun" .. fettle.exe_ext }
