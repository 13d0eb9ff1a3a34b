// The Node addon: loads programs, moves inputs and outputs, runs here or on a worker of libuv. No kernels, no globals: what
// an environment needs is kept in its instance data, so that worker_threads and clean exits need no care.
#include <napi.h>

#include <algorithm>
#include <mutex>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "kernels/peak/peak.h"
#include "program/program.h"

namespace {

using qjit::Isa;

/** The bytes of a typed array; its view stays valid while JavaScript does not run. */
struct Bytes {
  uint8_t* data;
  size_t size;
};

/** Throws a JavaScript TypeError if `v` is no typed array, or not of `size` bytes. Of shared memory too. */
Bytes bytes_of(const Napi::Value& v, const char* what) {
  if (!v.IsTypedArray()) throw Napi::TypeError::New(v.Env(), std::string(what) + ": wants a typed array");
  void* data = nullptr;
  const napi_status status = napi_get_typedarray_info(v.Env(), v, nullptr, nullptr, &data, nullptr, nullptr);
  if (status != napi_ok) throw Napi::TypeError::New(v.Env(), std::string(what) + ": wants a typed array with memory");
  return {static_cast<uint8_t*>(data), v.As<Napi::TypedArray>().ByteLength()};
}
uint8_t* bytes_of(const Napi::Value& v, size_t size, const char* what) {
  const Bytes b = bytes_of(v, what);
  if (b.size == size) return b.data;
  throw Napi::TypeError::New(v.Env(), std::string(what) + ": wants " + std::to_string(size) + " bytes, found " + std::to_string(b.size));
}

/** The arrays of a list, checked against the ports: as many, each of its port's size. */
std::vector<uint8_t*> arrays_of(const Napi::Value& given, const std::vector<qjit::Port>& ports, const char* what) {
  if (!given.IsArray()) throw Napi::TypeError::New(given.Env(), std::string(what) + "s: wants an array of typed arrays");
  const auto list = given.As<Napi::Array>();
  if (list.Length() != ports.size()) throw Napi::TypeError::New(given.Env(), std::string(what) + "s: wants " + std::to_string(ports.size()));
  std::vector<uint8_t*> found;
  for (uint32_t i = 0; i < ports.size(); i++) {
    found.push_back(bytes_of(list.Get(i), static_cast<size_t>(ports[i].tensor.bytes()), what));
  }
  return found;
}

/** A program with its threads and the workspaces that runs borrow; shared by the JavaScript object and runs in flight. */
class Loaded {
 public:
  Loaded(const uint8_t* bytes, size_t size, Isa isa, int threads) : program(bytes, size, isa), threads_(threads) {}

  const qjit::Program program;

  /** Copies inputs in, runs, and copies outputs out, on any thread. */
  void run(const std::vector<uint8_t*>& inputs, const std::vector<uint8_t*>& outputs, double* milliseconds = nullptr) {
    auto w = borrow();
    for (size_t i = 0; i < inputs.size(); i++) copy(w->arena() + program.inputs()[i].tensor.offset, inputs[i], program.inputs()[i]);
    {
      // One run has the team; who comes meanwhile runs alone, to the same bits, instead of waiting.
      const std::unique_lock lock(team_mutex_, std::try_to_lock);
      if (lock && threads_ > 1 && !team_) team_ = std::make_unique<qjit::Team>(threads_);
      program.run(*w, lock ? team_.get() : nullptr, milliseconds);
    }
    for (size_t i = 0; i < outputs.size(); i++) copy(outputs[i], program.at(*w, program.outputs()[i]), program.outputs()[i]);
    give_back(std::move(w));
  }

 private:
  static void copy(uint8_t* to, const uint8_t* from, const qjit::Port& port) {
    if (const size_t size = static_cast<size_t>(port.tensor.bytes())) std::memcpy(to, from, size);
  }
  std::unique_ptr<qjit::Workspace> borrow() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto w = std::move(idle_.back());
        idle_.pop_back();
        return w;
      }
    }
    return program.workspace(threads_);
  }
  /** At most two stay: one for runSync, one for run. */
  void give_back(std::unique_ptr<qjit::Workspace> w) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < 2) idle_.push_back(std::move(w));
  }

  const int threads_;
  std::mutex mutex_, team_mutex_;
  std::vector<std::unique_ptr<qjit::Workspace>> idle_;
  std::unique_ptr<qjit::Team> team_;
};

/**
 * One run on a worker of libuv. It has copies of the inputs, and keeps its outputs until it is back on the JavaScript thread:
 * JavaScript may change or move its arrays at any time.
 */
class Run final : public Napi::AsyncWorker {
 public:
  Run(Napi::Env env, std::shared_ptr<Loaded> loaded, const Napi::Value& inputs, const Napi::Value& outputs)
      : Napi::AsyncWorker(env, "qjit.run"), loaded_(std::move(loaded)), deferred_(Napi::Promise::Deferred::New(env)) {
    const auto from = arrays_of(inputs, loaded_->program.inputs(), "input");
    arrays_of(outputs, loaded_->program.outputs(), "output");
    for (size_t i = 0; i < from.size(); i++) {
      inputs_.emplace_back(from[i], from[i] + loaded_->program.inputs()[i].tensor.bytes());
    }
    for (const auto& port : loaded_->program.outputs()) results_.emplace_back(static_cast<size_t>(port.tensor.bytes()));
    outputs_ = Napi::Persistent(outputs.As<Napi::Array>());
  }
  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override { loaded_->run(places(inputs_), places(results_)); }
  void OnOK() override {
    settle([&] {
      const Napi::HandleScope scope(Env());
      try {
        const Napi::Array outputs = outputs_.Value();
        const auto to = arrays_of(outputs, loaded_->program.outputs(), "output");
        for (size_t i = 0; i < to.size(); i++) std::copy(results_[i].begin(), results_[i].end(), to[i]);
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
  static std::vector<uint8_t*> places(std::vector<std::vector<uint8_t>>& of) {
    std::vector<uint8_t*> list;
    for (auto& bytes : of) list.push_back(bytes.data());
    return list;
  }
  /** An environment that is going down takes no calls any more, and nobody waits for the result. */
  template <class F>
  static void settle(F&& f) {
    try {
      f();
    } catch (const Napi::Error&) {
    }
  }

  std::shared_ptr<Loaded> loaded_;
  std::vector<std::vector<uint8_t>> inputs_, results_;
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

  /** (bytes: Uint8Array, isa?: string, threads?: number) */
  explicit NativeProgram(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NativeProgram>(info) {
    const Bytes bytes = bytes_of(info[0], "program");
    const int threads = info[2].IsNumber() ? info[2].As<Napi::Number>().Int32Value() : 1;
    if (threads < 1 || threads > most_threads) {
      throw Napi::RangeError::New(info.Env(), "threads: wants 1 to " + std::to_string(most_threads) + ", found " + std::to_string(threads));
    }
    try {
      const Isa isa = info[1].IsString() ? qjit::isa_named(info[1].As<Napi::String>()) : qjit::choose();
      loaded_ = std::make_shared<Loaded>(bytes.data, bytes.size, isa, threads);
    } catch (const std::exception& e) {
      throw Napi::Error::New(info.Env(), e.what());
    }
    hold(info.Env(), static_cast<int64_t>(bytes.size + loaded_->program.arena_bytes()));
    auto kernels = Napi::Array::New(info.Env());
    for (const auto& s : loaded_->program.steps()) kernels.Set(kernels.Length(), s->kernel());
    auto self = info.This().As<Napi::Object>();
    self.Set("isa", qjit::name_of(loaded_->program.isa()));
    self.Set("kernels", kernels);
    self.Set("threads", threads);
  }

 private:
  static constexpr int most_threads = 1024;

  Loaded& loaded(Napi::Env env) {
    if (!loaded_) throw Napi::Error::New(env, "the program is disposed of");
    return *loaded_;
  }
  /** Calls `f`; what the library throws becomes a JavaScript error. */
  template <class F>
  static void guarded(Napi::Env env, F&& f) {
    try {
      f();
    } catch (const Napi::Error&) {
      throw;
    } catch (const std::exception& e) {
      throw Napi::Error::New(env, e.what());
    }
  }

  /** (inputs, outputs): runs here and fills the outputs. */
  Napi::Value run_sync(const Napi::CallbackInfo& info) {
    Loaded& l = loaded(info.Env());
    const auto inputs = arrays_of(info[0], l.program.inputs(), "input");
    const auto outputs = arrays_of(info[1], l.program.outputs(), "output");
    guarded(info.Env(), [&] { l.run(inputs, outputs); });
    return info[1];
  }

  /** (inputs, outputs): runs on a worker; the promise is of the filled outputs. */
  Napi::Value run(const Napi::CallbackInfo& info) {
    loaded(info.Env());
    Napi::Value promise;
    guarded(info.Env(), [&] {
      auto worker = std::make_unique<Run>(info.Env(), loaded_, info[0], info[1]);
      promise = worker->promise();
      worker.release()->Queue();
    });
    return promise;
  }

  /** (inputs): milliseconds that each step took in one run. */
  Napi::Value profile(const Napi::CallbackInfo& info) {
    Loaded& l = loaded(info.Env());
    const auto inputs = arrays_of(info[0], l.program.inputs(), "input");
    auto times = Napi::Float64Array::New(info.Env(), l.program.steps().size());
    guarded(info.Env(), [&] { l.run(inputs, {}, times.Data()); });
    return times;
  }

  /** Once the garbage collector has found the object. */
  void Finalize(Napi::BasicEnv env) override { hold(env, 0); }

  Napi::Value dispose(const Napi::CallbackInfo& info) {
    loaded_.reset();
    hold(info.Env(), 0);
    return info.Env().Undefined();
  }

  /** Tells the garbage collector what goes when the object goes: its constants, packed, and an arena, nearly. */
  void hold(Napi::BasicEnv env, int64_t bytes) {
    Napi::MemoryManagement::AdjustExternalMemory(env, bytes - held_);
    held_ = bytes;
  }

  std::shared_ptr<Loaded> loaded_;
  int64_t held_ = 0;
};

/** Gives pages that the C library keeps for later back to the system, on a worker of libuv; the promise is of its end. */
class Trim final : public Napi::AsyncWorker {
 public:
  explicit Trim(Napi::Env env) : Napi::AsyncWorker(env, "qjit.trim"), deferred_(Napi::Promise::Deferred::New(env)) {}
  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
  }
  void OnOK() override {
    const Napi::HandleScope scope(Env());
    // An environment that is going down takes no calls any more.
    try {
      deferred_.Resolve(Env().Undefined());
    } catch (const Napi::Error&) {
    }
  }

 private:
  Napi::Promise::Deferred deferred_;
};

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("NativeProgram", NativeProgram::define(env));
  exports.Set("format", Napi::Number::New(env, qjit::format_version));
  auto levels = Napi::Array::New(env);
  for (const Isa isa : qjit::available()) levels.Set(levels.Length(), qjit::name_of(isa));
  exports.Set("levels", levels);
  // (isa): 10^9 multiply-adds a second that one thread can do at most, measured here.
  exports.Set("peak", Napi::Function::New(env, [](const Napi::CallbackInfo& info) -> Napi::Value {
    try {
      return Napi::Number::New(info.Env(), qjit::peak(qjit::isa_named(info[0].ToString())));
    } catch (const std::runtime_error& e) {
      throw Napi::Error::New(info.Env(), e.what());
    }
  }));
  // (buffer): frees the memory of an ArrayBuffer that nobody reads any more, without waiting for the garbage collector.
  exports.Set("release", Napi::Function::New(env, [](const Napi::CallbackInfo& info) {
    if (!info[0].IsArrayBuffer()) throw Napi::TypeError::New(info.Env(), "release: wants an ArrayBuffer");
    info[0].As<Napi::ArrayBuffer>().Detach();
  }));
  exports.Set("trim", Napi::Function::New(env, [](const Napi::CallbackInfo& info) -> Napi::Value {
    auto* trim = new Trim(info.Env());
    trim->Queue();
    return trim->promise();
  }));
  return exports;
}

}  // namespace

NODE_API_MODULE(qjit, init)
