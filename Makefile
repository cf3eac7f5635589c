# 常用命令 / common commands. `make help` 列出全部 / lists them all.
SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS   += --no-print-directory

# 版本号来自标签；没有 git 时是 dev / the version comes from the tag; dev without git
VERSION     ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS     := -s -w -X main.version=$(VERSION)
FUZZTIME    ?= 30s
BENCH       ?= .
BENCHTIME   ?= 1s
SCENARIO    ?=
CONDITION   ?=
LINK        ?=
LAN         ?=
CMD         ?=
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2# 2026.2.2
GORELEASER  := github.com/goreleaser/goreleaser/v2@v2.15.0
PLATFORMS   := linux-amd64 linux-arm64 darwin-amd64 darwin-arm64 windows-amd64 windows-arm64
# 每个平台的 vet 约占 1 GB 内存 / the vet of one platform takes about 1 GB
VET_JOBS    ?= $(shell awk -v n="$$(nproc 2>/dev/null || echo 2)" '/MemAvailable/ {g = int($$2 / 1048576 / 2)} END {j = g < n ? g : n; print j < 1 ? 1 : j}' /proc/meminfo 2>/dev/null || echo 1)
# 不依赖克隆目录的属主 / do not depend on who owns the clone
export GOFLAGS := $(filter-out -buildvcs%,$(GOFLAGS)) -buildvcs=false
# vet、staticcheck 与六平台编译用同样的参数，编译结果可以共用
# the same flags for vet, staticcheck and the six builds, so that they share what is compiled
AS_RELEASED := CGO_ENABLED=0 GOFLAGS='$(GOFLAGS) -trimpath'

.PHONY: help
help: ## 列出命令 / list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

.PHONY: build
build: ## 编译到 bin/meiqia-diag / build bin/meiqia-diag
	$(AS_RELEASED) go build -ldflags '$(LDFLAGS)' -o bin/ ./cmd/meiqia-diag

.PHONY: lab
lab: ## 开模拟服务，可加 SCENARIO=名称 / serve the lab, SCENARIO=name for a fault
	go run ./cmd/meiqia-diag lab $(SCENARIO)

.PHONY: lab-net
lab-net: build ## 坏网络里的命令行（需 Linux 与 root）：CONDITION=list 或名称 LINK="loss=5% delay=20ms" CMD=命令 / a shell on a bad network
	@go build -o bin/ ./cmd/labnet
	@bin/labnet $(if $(filter list,$(CONDITION)),-list,-condition '$(CONDITION)') -link '$(LINK)' -lan '$(LAN)' $(CMD)

# ---- 检查 / checks ----------------------------------------------------------

.PHONY: test
test: ## 安装所需、格式、vet、静态检查、六平台编译、全部测试 / all that must pass
	@.ci/step need        .ci/need
	@.ci/step fmt         $(MAKE) fmt
	@.ci/step vet         $(MAKE) vet
	@.ci/step staticcheck $(MAKE) staticcheck
	@.ci/step snapshot    $(MAKE) snapshot-check
	@.ci/step test        $(MAKE) go-test
	@.ci/step memory-test $(MAKE) memory-test
	@.ci/step browser-test $(MAKE) browser-test
	@.ci/step bed-test    $(MAKE) bed-test

.PHONY: fmt
fmt: ## 格式是否为 gofmt 的 / is all of it gofmt's
	@out=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go' 2>/dev/null || find . -name '*.go')); \
	if [ -n "$$out" ]; then echo "未经 gofmt / not gofmt's:" >&2; echo "$$out" >&2; exit 1; fi

.PHONY: vet $(PLATFORMS:%=vet-%)
vet: ## go vet，六个平台 / for the six platforms
	@$(MAKE) -j$(VET_JOBS) $(PLATFORMS:%=vet-%)
$(PLATFORMS:%=vet-%): vet-%:
	$(AS_RELEASED) GOOS=$(word 1,$(subst -, ,$*)) GOARCH=$(word 2,$(subst -, ,$*)) go vet ./...

.PHONY: staticcheck
staticcheck: ## staticcheck，Linux 与 Windows / for Linux and Windows
	@[ -x bin/staticcheck ] || GOBIN=$(CURDIR)/bin go install $(STATICCHECK)
	$(AS_RELEASED) bin/staticcheck ./...
	$(AS_RELEASED) GOOS=windows bin/staticcheck ./...

# 没有 C 编译器就没有 -race；.ci/need 会大声说 / no -race without a C compiler; .ci/need says so loudly
.PHONY: go-test
go-test:
	go test -json $$(command -v gcc clang >/dev/null && echo -race) -skip '(OnTheBed|InABrowser|UnderWine)$$' -timeout 30m ./... | go run ./.ci/tests

# 竞态检测会改变内存用量，那时这些测试只读十分之一 / the race detector changes what memory is used: with it these tests read a tenth
.PHONY: memory-test
memory-test:
	go test -json -run '^TestMemory' -timeout 10m ./diag/evidence/... | go run ./.ci/tests

# 在真浏览器里布置的情形：浏览器吃处理器，竞态检测帮不上忙
# situations staged in real browsers: these take processors, and the race detector has nothing to say of them
.PHONY: browser-test
browser-test:
	go test -json -p 1 -run '(InABrowser|UnderWine)$$' -timeout 20m $$(grep -rlE --include='*_test.go' '^func Test[A-Za-z0-9]*(InABrowser|UnderWine)\(' . | xargs -n1 dirname | sort -u) | go run ./.ci/tests

# 在模拟链路上计时的测试单独跑，机器才安静 / what takes times over emulated links runs by itself, on a quiet machine
.PHONY: bed-test
bed-test:
	go test -json -p 1 -run 'OnTheBed$$' -timeout 30m $$(grep -rlE --include='*_test.go' '^func Test[A-Za-z0-9]*OnTheBed\(' . | xargs -n1 dirname | sort -u) | go run ./.ci/tests

.PHONY: fuzz
fuzz: ## 逐个模糊测试，FUZZTIME=30s / run each fuzz test for FUZZTIME
	@grep -rHoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | while IFS=: read -r file fn; do \
		echo "== $$(dirname $$file) $${fn#func }"; \
		go test -run '^$$' -fuzz "^$${fn#func }\$$" -fuzztime $(FUZZTIME) $$(dirname $$file) </dev/null || exit 1; \
	done

.PHONY: bench
bench: ## 基准测试，看比值列 / benchmarks; read the ratio columns
	go test -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) -benchmem $$(grep -rlE --include='*_test.go' '^func Benchmark' . | xargs -n1 dirname | sort -u)

# ---- 发布 / releases --------------------------------------------------------

.PHONY: snapshot
snapshot: ## 六平台压缩包到 dist/ / archives for the six platforms into dist/
	$(AS_RELEASED) go run ./cmd/release snapshot

.PHONY: snapshot-check
snapshot-check: ## 核对 .goreleaser.yaml 并按它编译六平台 / check .goreleaser.yaml and build what it says
	$(AS_RELEASED) go run ./cmd/release check

.PHONY: goreleaser-check
goreleaser-check: ## 用 goreleaser 本身核对（首次编译约三分钟）/ with goreleaser itself (first build: some three minutes)
	@[ -x bin/goreleaser ] || GOBIN=$(CURDIR)/bin go install $(GORELEASER)
	@dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; git clone -q . "$$dir"; cp .goreleaser.yaml "$$dir"; cd "$$dir"; $(CURDIR)/bin/goreleaser check # 它要看到远端 / it wants to see a remote

.PHONY: extras
extras: ## 补全脚本与手册页到 bin/extras/ / completions and man pages into bin/extras/
	@rm -rf bin/extras && mkdir -p bin/extras/completions bin/extras/man/zh bin/extras/man/en
	@$(AS_RELEASED) go build -ldflags '$(LDFLAGS)' -o bin/extras/ ./cmd/meiqia-diag
	@for sh in bash zsh fish powershell; do \
		bin/extras/meiqia-diag completion $$sh >bin/extras/completions/meiqia-diag.$${sh/powershell/ps1}; done
	@for lang in zh en; do bin/extras/meiqia-diag man --lang $$lang bin/extras/man/$$lang; done
	@rm bin/extras/meiqia-diag

.PHONY: clean
clean: ## 删去 bin/ 与 dist/ / remove bin/ and dist/
	rm -rf bin dist
