package realbrowser

import "os/exec"

func ownGroup(*exec.Cmd) {}

func ask(c *exec.Cmd) { _ = c.Process.Kill() }

func kill(c *exec.Cmd) { _ = c.Process.Kill() }
