#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "net/share/thread_priority.hpp"

namespace jpegwire {

/// A thread that does one job after the other, in the order in which they came. Who gives it jobs
/// bounds how many wait. With this object it ends, after the job that it is at; those that wait are
/// dropped. Any thread may give it a job.
class WorkThread {
 public:
  WorkThread() = default;
  WorkThread(const WorkThread&) = delete;
  WorkThread& operator=(const WorkThread&) = delete;

  /// The job throws nothing.
  void run(std::function<void()> job) {
    {
      const std::scoped_lock lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
  }

 private:
  void work(const std::stop_token& stop) {
    let_frames_go_first();
    while (const std::function<void()> job = wait_for_job(stop)) job();
  }

  std::function<void()> wait_for_job(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [this] { return !jobs_.empty(); });
    if (stop.stop_requested()) return nullptr;
    std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    return job;
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::function<void()>> jobs_;
  std::jthread thread_{[this](const std::stop_token& stop) { work(stop); }};
};

}  // namespace jpegwire
