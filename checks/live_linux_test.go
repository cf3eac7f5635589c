package checks

// liveBrowsers says that this system's browsers keep their data below $HOME/.config.
const liveBrowsers = true
