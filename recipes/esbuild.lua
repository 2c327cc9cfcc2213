identity = "fettle.esbuild@v1"
description = "esbuild: bundler and minifier for JavaScript, TypeScript and CSS"
homepage = "https://esbuild.github.io"
license = "MIT"
platforms = { "linux", "darwin", "windows" }

options = {
  version = { type = "string", default = "0.28.2", description = "esbuild release" },
}

local carriers = {
  ["linux-x86_64"] = "linux-x64",
  ["linux-arm64"] = "linux-arm64",
  ["darwin-x86_64"] = "darwin-x64",
  ["darwin-arm64"] = "darwin-arm64",
  ["windows-x86_64"] = "win32-x64",
  ["windows-arm64"] = "win32-arm64",
}

function fetch(ctx)
  return { source = "pkg:npm/%40esbuild/" .. carriers[fettle.platform_arch] .. "@" .. ctx.options.version }
end

stage = { strip = 1 }

-- The Windows package keeps the program at its top, the others in bin/.
products = { esbuild = fettle.platform == "windows" and "esbuild.exe" or "bin/esbuild" }
