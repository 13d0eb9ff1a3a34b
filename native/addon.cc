// The Node addon: loads programs, moves inputs and outputs, runs here or on a worker of libuv. No kernels, no globals: what
// an environment needs is kept in its instance data, so that worker_threads and clean exits need no care.
#include <napi.h>

#include <chrono>
#include <deque>
#include <mutex>

#include "program/program.h"

namespace {

using qjit::Isa;

/** A program with the workspaces that runs borrow; shared by the JavaScript object and runs in flight. */
struct Loaded {
  explicit Loaded(const uint8_t* bytes, size_t size, Isa isa) : program(bytes, size, isa) { idle.push_back(program.workspace()); }

  std::unique_ptr<qjit::Workspace> borrow() {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        auto w = std::move(idle.back());
        idle.pop_back();
        return w;
      }
    }
    return program.workspace();
  }
  /** At most two stay: one for runSync, one for run. */
  void give_back(std::unique_ptr<qjit::Workspace> w) {
    const std::lock_guard lock(mutex);
    if (idle.size() < 2) idle.push_back(std::move(w));
  }

  qjit::Program program;
  std::mutex mutex;
  std::deque<std::unique_ptr<qjit::Workspace>> idle;
};

/** Bytes of a typed array or an ArrayBuffer view. Throws a JavaScript TypeError if it is none or has another size. */
uint8_t* bytes_of(const Napi::Value& v, size_t size, const char* what) {
  if (!v.IsTypedArray()) throw Napi::TypeError::New(v.Env(), std::string(what) + ": wants a typed array");
  const auto array = v.As<Napi::TypedArray>();
  if (array.ByteLength() != size) {
    throw Napi::TypeError::New(v.Env(), std::string(what) + ": wants " + std::to_string(size) + " bytes, found " + std::to_string(array.ByteLength()));
  }
  return static_cast<uint8_t*>(array.ArrayBuffer().Data()) + array.ByteOffset();
}

void put_inputs(const Loaded& l, const qjit::Workspace& w, const Napi::Array& given) {
  const auto& ports = l.program.inputs();
  if (given.Length() != ports.size()) throw Napi::TypeError::New(given.Env(), "inputs: wants " + std::to_string(ports.size()));
  for (uint32_t i = 0; i < ports.size(); i++) {
    const size_t size = static_cast<size_t>(ports[i].tensor.bytes());
    const uint8_t* from = bytes_of(given.Get(i), size, "input");
    if (size) std::memcpy(w.arena() + ports[i].tensor.offset, from, size);
  }
}

void take_outputs(const Loaded& l, const qjit::Workspace& w, const Napi::Array& wanted) {
  const auto& ports = l.program.outputs();
  if (wanted.Length() != ports.size()) throw Napi::TypeError::New(wanted.Env(), "outputs: wants " + std::to_string(ports.size()));
  for (uint32_t i = 0; i < ports.size(); i++) {
    const size_t size = static_cast<size_t>(ports[i].tensor.bytes());
    uint8_t* to = bytes_of(wanted.Get(i), size, "output");
    if (size) std::memcpy(to, l.program.at(w, ports[i]), size);
  }
}

/** One run on a worker. Inputs were copied before; outputs are copied when the run is back on the JavaScript thread. */
class Run final : public Napi::AsyncWorker {
 public:
  Run(Napi::Env env, std::shared_ptr<Loaded> loaded, const Napi::Array& inputs, const Napi::Array& outputs)
      : Napi::AsyncWorker(env, "qjit.run"), loaded_(std::move(loaded)), workspace_(loaded_->borrow()), deferred_(Napi::Promise::Deferred::New(env)) {
    put_inputs(*loaded_, *workspace_, inputs);
    if (outputs.Length() != loaded_->program.outputs().size()) throw Napi::TypeError::New(env, "outputs: wants as many as the program has");
    outputs_ = Napi::Persistent(outputs);
  }
  ~Run() override {
    if (workspace_) loaded_->give_back(std::move(workspace_));
  }
  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override { loaded_->program.run(*workspace_); }
  void OnOK() override {
    settle([&] {
      const Napi::HandleScope scope(Env());
      try {
        const Napi::Array outputs = outputs_.Value();
        take_outputs(*loaded_, *workspace_, outputs);
        deferred_.Resolve(outputs);
      } catch (const Napi::Error& e) {
        deferred_.Reject(e.Value());
      }
    });
  }
  void OnError(const Napi::Error& e) override {
    settle([&] { deferred_.Reject(e.Value()); });
  }

 private:
  /** An environment that is going down takes no calls any more, and nobody waits for the result. */
  template <class F>
  static void settle(F&& f) {
    try {
      f();
    } catch (const Napi::Error&) {
    }
  }

  std::shared_ptr<Loaded> loaded_;
  std::unique_ptr<qjit::Workspace> workspace_;
  Napi::Promise::Deferred deferred_;
  Napi::Reference<Napi::Array> outputs_;
};

class NativeProgram final : public Napi::ObjectWrap<NativeProgram> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeProgram",
                       {InstanceMethod("runSync", &NativeProgram::run_sync), InstanceMethod("run", &NativeProgram::run),
                        InstanceMethod("profile", &NativeProgram::profile), InstanceMethod("dispose", &NativeProgram::dispose)});
  }

  /** (bytes: Uint8Array, isa?: string) */
  explicit NativeProgram(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NativeProgram>(info) {
    if (!info[0].IsTypedArray()) throw Napi::TypeError::New(info.Env(), "program: wants a Uint8Array");
    const auto array = info[0].As<Napi::TypedArray>();
    const uint8_t* bytes = static_cast<const uint8_t*>(array.ArrayBuffer().Data()) + array.ByteOffset();
    try {
      const Isa isa = info[1].IsString() ? qjit::isa_named(info[1].As<Napi::String>()) : qjit::choose();
      loaded_ = std::make_shared<Loaded>(bytes, array.ByteLength(), isa);
    } catch (const std::exception& e) {
      throw Napi::Error::New(info.Env(), e.what());
    }
    auto kernels = Napi::Array::New(info.Env());
    for (const auto& s : loaded_->program.steps()) kernels.Set(kernels.Length(), s->kernel());
    auto self = info.This().As<Napi::Object>();
    self.Set("isa", qjit::name_of(loaded_->program.isa()));
    self.Set("kernels", kernels);
  }

 private:
  Loaded& loaded(Napi::Env env) {
    if (!loaded_) throw Napi::Error::New(env, "the program is disposed of");
    return *loaded_;
  }
  static Napi::Array list(const Napi::CallbackInfo& info, size_t i, const char* what) {
    if (!info[i].IsArray()) throw Napi::TypeError::New(info.Env(), std::string(what) + ": wants an array of typed arrays");
    return info[i].As<Napi::Array>();
  }

  /** (inputs, outputs): runs here and fills the outputs. */
  Napi::Value run_sync(const Napi::CallbackInfo& info) {
    Loaded& l = loaded(info.Env());
    auto w = l.borrow();
    put_inputs(l, *w, list(info, 0, "inputs"));
    l.program.run(*w);
    take_outputs(l, *w, list(info, 1, "outputs"));
    l.give_back(std::move(w));
    return info[1];
  }

  /** (inputs, outputs): runs on a worker; the promise is of the filled outputs. */
  Napi::Value run(const Napi::CallbackInfo& info) {
    loaded(info.Env());
    auto worker = std::make_unique<Run>(info.Env(), loaded_, list(info, 0, "inputs"), list(info, 1, "outputs"));
    const Napi::Promise promise = worker->promise();
    worker.release()->Queue();
    return promise;
  }

  /** (inputs): milliseconds that each step took in one run. */
  Napi::Value profile(const Napi::CallbackInfo& info) {
    Loaded& l = loaded(info.Env());
    auto w = l.borrow();
    put_inputs(l, *w, list(info, 0, "inputs"));
    auto times = Napi::Float64Array::New(info.Env(), l.program.steps().size());
    for (size_t i = 0; i < l.program.steps().size(); i++) {
      const auto start = std::chrono::steady_clock::now();
      l.program.step(*w, i);
      times[i] = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    }
    l.give_back(std::move(w));
    return times;
  }

  Napi::Value dispose(const Napi::CallbackInfo& info) {
    loaded_.reset();
    return info.Env().Undefined();
  }

  std::shared_ptr<Loaded> loaded_;
};

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("NativeProgram", NativeProgram::define(env));
  exports.Set("format", Napi::Number::New(env, qjit::format_version));
  auto levels = Napi::Array::New(env);
  for (const Isa isa : qjit::available()) levels.Set(levels.Length(), qjit::name_of(isa));
  exports.Set("levels", levels);
  return exports;
}

}  // namespace

NODE_API_MODULE(qjit, init)
