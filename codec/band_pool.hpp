#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <vector>

namespace jpegwire {

/// Threads that work on the bands of one frame in parallel: the calling thread, and helpers that
/// run on other processors if there are any. Owned and called by one thread.
class BandPool {
 public:
  /// `threads` includes the calling thread, so 1 starts no helper.
  explicit BandPool(int threads);

  /// The calling thread and the helpers.
  int threads() const { return static_cast<int>(helpers_.size()) + 1; }

  /// Calls work(band, worker) once for each band in [0, bands), on all threads in parallel, and
  /// returns when all calls have returned. `worker` is in [0, threads())
  /// and no two calls with the same worker run at once. `work` must not throw.
  template <class Work>
  void run(int bands, Work&& work) {
    using Plain = std::remove_reference_t<Work>;
    run(bands, {&work, [](void* plain, int band, int worker) {
                  (*static_cast<Plain*>(plain))(band, worker);
                }});
  }

 private:
  // A callable that is borrowed for one run: std::function would allocate for each frame.
  struct Job {
    void* work = nullptr;
    void (*call)(void* work, int band, int worker) = nullptr;
  };

  void run(int bands, Job job);
  void keep_helpers_off_own_processor();
  void help(const std::stop_token& stop, int worker);
  void work_off(Job job, int bands, int worker);

  std::mutex mutex_;
  std::condition_variable_any work_given_;
  std::condition_variable helpers_left_;
  Job job_;
  int bands_ = 0;
  int helpers_at_work_ = 0;
  unsigned runs_ = 0;
  int avoided_processor_ = -1;  // by the helpers
  std::atomic<int> next_band_ = 0;
  std::vector<std::jthread> helpers_;  // last, so that they end before what they use
};

/// One thread per core, but no more than bands can feed.
int default_threads();

}  // namespace jpegwire
