import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../suite/time-command.mjs';

/** One recipe for each tarball, from a folder of recipes; conan builds what it has not, one after the other. */
export async function setUpConan({ program }, { folder, env }, { tarballs }) {
  const recipes = tarballs.map(({ id, url, sha256 }) => ({
    name: id,
    requires: [],
    package: `get(self, "${url}", sha256="${sha256}", destination=self.package_folder, filename="package.tgz")`,
  }));
  return setUpConanGraph({ program }, { folder, env }, recipes);
}

/** @param recipes `{ name, requires, package }`: names of others, and the one line that makes the package */
export async function setUpConanGraph({ program }, { folder, env }, recipes) {
  const index = join(folder, 'index');
  for (const recipe of recipes) {
    const place = join(index, 'recipes', recipe.name);
    await mkdir(join(place, 'all'), { recursive: true });
    await writeFile(join(place, 'config.yml'), 'versions:\n  "1.0.0":\n    folder: all\n');
    await writeFile(join(place, 'all', 'conanfile.py'), recipeText(recipe));
  }
  const home = join(folder, 'home');
  await mkdir(join(home, 'profiles'), { recursive: true });
  await writeFile(join(home, 'profiles', 'default'), '[settings]\nos=Linux\narch=x86_64\n');
  const requires = recipes.map(({ name }) => `${name}/1.0.0\n`).join('');
  await writeFile(join(folder, 'conanfile.txt'), `[requires]\n${requires}`);
  const own = { ...env, CONAN_HOME: home };
  const command = (...args) => ({ command: [program, ...args], cwd: folder, env: own });
  await runCommand(command('remote', 'remove', '*'));
  await runCommand(command('remote', 'add', 'local', index, '--type=local-recipes-index'));
  return {
    install: command('install', '.', '--build=missing', '-of', 'generated'),
    noOps: { 'conan install': command('install', '.', '--no-remote', '-of', 'generated') },
  };
}

function recipeText({ name, requires, package: packageLine }) {
  return [
    'import os',
    'from conan import ConanFile',
    'from conan.tools.files import get, save',
    '',
    'class Package(ConanFile):',
    `    name = "${name}"`,
    `    requires = (${requires.map((each) => `"${each}/1.0.0", `).join('')})`,
    '    def package(self):',
    `        ${packageLine}`,
    '',
  ].join('\n');
}
