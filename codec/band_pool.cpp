#include "codec/band_pool.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>

#include "codec/thread_settings.hpp"

namespace jpegwire {

int default_threads() {
  constexpr int kMax = 16;
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMax);
}

BandPool::BandPool(int threads) {
  for (int worker = 1; worker < threads; ++worker)
    helpers_.emplace_back([this, worker](const std::stop_token& stop) {
      name_this_thread("bands");
      help(stop, worker);
    });
}

void BandPool::run(int bands, Job job) {
  next_band_ = 0;
  if (bands > 1 && !helpers_.empty()) {
    keep_helpers_off_own_processor();
    const std::scoped_lock lock(mutex_);
    job_ = job;
    bands_ = bands;
    ++runs_;
    work_given_.notify_all();
  }
  work_off(job, bands, 0);
  std::unique_lock lock(mutex_);
  job_ = {};  // a helper that wakes only now finds nothing to do
  helpers_left_.wait(lock, [this] { return helpers_at_work_ == 0; });
}

// Schedulers that save energy, as on laptops and virtual machines, wake a sleeping thread on the
// processor of the thread that woke it, and would not move it within the few milliseconds of a
// frame.
void BandPool::keep_helpers_off_own_processor() {
  const int own = ::sched_getcpu();
  if (own == avoided_processor_) return;
  avoided_processor_ = own;
  cpu_set_t processors;
  if (own < 0 || ::sched_getaffinity(0, sizeof processors, &processors) != 0) return;
  CPU_CLR(own, &processors);
  if (CPU_COUNT(&processors) == 0) return;
  for (std::jthread& helper : helpers_)
    ::pthread_setaffinity_np(helper.native_handle(), sizeof processors, &processors);
}

void BandPool::help(const std::stop_token& stop, int worker) {
  unsigned runs_seen = 0;
  std::unique_lock lock(mutex_);
  const auto new_work = [&] { return job_.call != nullptr && runs_ != runs_seen; };
  while (work_given_.wait(lock, stop, new_work)) {
    runs_seen = runs_;
    ++helpers_at_work_;
    const Job job = job_;
    const int bands = bands_;
    lock.unlock();
    work_off(job, bands, worker);
    lock.lock();
    if (--helpers_at_work_ == 0) helpers_left_.notify_one();
  }
}

void BandPool::work_off(Job job, int bands, int worker) {
  for (int band = next_band_++; band < bands; band = next_band_++) job.call(job.work, band, worker);
}

}  // namespace jpegwire
