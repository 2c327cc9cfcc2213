identity = "fettle.biome@v1"
description = "Biome: formatter and linter for JavaScript, TypeScript, JSON and CSS"
homepage = "https://biomejs.dev"
license = "MIT OR Apache-2.0"
platforms = { "linux", "darwin", "windows" }

options = {
  version = { type = "string", default = "2.5.15", description = "Biome release" },
}

local carriers = {
  ["linux-x86_64"] = "cli-linux-x64",
  ["linux-arm64"] = "cli-linux-arm64",
  ["darwin-x86_64"] = "cli-darwin-x64",
  ["darwin-arm64"] = "cli-darwin-arm64",
  ["windows-x86_64"] = "cli-win32-x64",
  ["windows-arm64"] = "cli-win32-arm64",
}

function fetch(ctx)
  return { source = "pkg:npm/%40biomejs/" .. carriers[fettle.platform_arch] .. "@" .. ctx.options.version }
end

stage = { strip = 1 }

products = { biome = "biome" .. fettle.exe_ext }
