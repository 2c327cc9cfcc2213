-- What working on fettle takes: `fettle sync` puts it into .fettle/, `fettle run -- npm run check` uses it.
packages = {
  "fettle.node@v1", -- runs, builds and tests fettle
  { recipe = "fettle.lua@v1", platforms = { "linux", "darwin" } }, -- a second opinion on what fengari makes of a recipe

  -- C from source with provisioned tools: zlib is built for libgit2, which CMake and Ninja then build against it.
  "fettle.cmake@v1",
  "fettle.ninja@v1",
  { recipe = "fettle.zlib@v1", platforms = { "linux", "darwin" } },
  { recipe = "fettle.libgit2@v1", platforms = { "linux", "darwin" } },
}

-- Plain sh: a machine with no bash can work on fettle too.
if fettle.platform ~= "windows" then
  default_shell = fettle.shell.SH
end
