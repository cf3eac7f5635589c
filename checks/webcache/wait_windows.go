package webcache

const noWait = 0
