package main

import "context"

func (a *app) comparison(ctx context.Context, o *recordOptions, in *input) error { return nil }
