#include "sender/pipeline/pipeline.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "codec/thread_settings.hpp"

namespace jpegwire {
namespace {

microseconds frame_interval(double frames_per_second) {
  constexpr microseconds kCommon{33'333};
  if (frames_per_second <= 0) return kCommon;
  return std::chrono::duration_cast<microseconds>(
      std::chrono::duration<double>(1 / frames_per_second));
}

}  // namespace

Pipeline::Pipeline(FrameSource& source, FrameSink& sink, ViewerCount& viewer_count,
                   RateBoard& board, PipelineSettings settings, std::function<void()> on_ended)
    : source_(source),
      sink_(sink),
      viewer_count_(viewer_count),
      settings_(settings),
      on_ended_(std::move(on_ended)),
      bands_(settings.threads),
      encoder_(bands_, settings.encoder),
      planner_(viewer_count, board, frame_interval(settings.frames_per_second)),
      on_bands_([this](const std::shared_ptr<EncodedFrame>& frame, int ready) {
        sink_.bands_ready(frame, ready);
      }),
      decoder_(bands_) {
  for (unsigned group = 0; group < board.most_groups(); ++group)
    group_encoders_.push_back(std::make_unique<GroupEncoder>(bands_, encoder_));
}

void Pipeline::start() {
  encode_thread_ = std::jthread([this](std::stop_token stop) {
    name_this_thread("encode");
    run_guarded([&] { encode(stop); });
    on_ended_();
  });
  capture_thread_ = std::jthread([this](std::stop_token stop) {
    name_this_thread("capture");
    run_guarded([&] { capture(stop); });
    captured_.close();
  });
}

void Pipeline::request_stop() {
  capture_thread_.request_stop();
  encode_thread_.request_stop();
}

void Pipeline::stop() {
  request_stop();
  if (capture_thread_.joinable()) capture_thread_.join();
  if (encode_thread_.joinable()) encode_thread_.join();
}

PipelineCounts Pipeline::counts() const {
  const std::scoped_lock lock(mutex_);
  PipelineCounts counts = counts_;
  counts.skipped_encode = captured_.displaced();
  return counts;
}

Histogram Pipeline::encode_us() const {
  const std::scoped_lock lock(mutex_);
  return encode_us_;
}

void Pipeline::capture(std::stop_token stop) {
  for (std::uint64_t number = 0; number != settings_.frames; ++number) {
    if (source_.waits_for_viewers() && !viewer_count_.wait(stop)) return;
    std::optional<CapturedFrame> frame = source_.read(stop);
    if (!frame) return;
    frame->sequence = static_cast<std::uint32_t>(number);
    count(frame->no_signal ? &PipelineCounts::no_signal : &PipelineCounts::captured);
    hand_over(std::move(*frame));
  }
}

// A frame that needs no encoding does not go through the encoder's thread: waking it would cost
// more than the frame. But once one frame has gone there, all do, because two threads could reorder
// frames.
void Pipeline::hand_over(CapturedFrame frame) {
  if (!is_encoding_ && frame.jpeg && settings_.passthrough) {
    const FramePlan& plan = planner_.plan(frame.capture_time);
    if (plan.groups_that_carry(*frame.jpeg) == plan.all_groups()) return process(frame, plan);
  }
  is_encoding_ = true;
  captured_.put(std::move(frame));
}

void Pipeline::encode(std::stop_token stop) {
  while (std::optional<CapturedFrame> frame = captured_.take(stop))
    process(*frame, planner_.plan(frame->capture_time));
}

void Pipeline::process(CapturedFrame& frame, const FramePlan& plan) {
  const bool is_watched = viewer_count_.any();
  if (!is_watched || plan.is_empty()) {
    if (frame.jpeg) source_.frame_passed_on();
    return count(is_watched ? &PipelineCounts::skipped_link : &PipelineCounts::unwatched);
  }
  if (!frame.jpeg) return encode_pixels(frame, plan);
  frame.jpeg->sequence = frame.sequence;
  frame.jpeg->capture_time = frame.capture_time;
  frame.jpeg->no_signal = frame.no_signal;
  note_picture({frame.jpeg->layout.width, frame.jpeg->layout.height});
  if (settings_.passthrough) return pass_on(std::move(frame.jpeg), plan);
  encode_again(*frame.jpeg, plan, 0);
}

// As it is to the viewers whose links carry it, and encoded again for the others.
void Pipeline::pass_on(FramePtr jpeg, const FramePlan& plan) {
  planner_.note_full_frame(jpeg->layout.size_bytes());
  const GroupSet groups = plan.groups_that_carry(*jpeg);
  if (groups != 0) {
    source_.frame_passed_on();
    count(&PipelineCounts::passthrough);
    give(jpeg, groups);
  }
  if (groups != plan.all_groups()) encode_again(*jpeg, plan, groups);
}

// Rows that cannot be decoded are grey, as in other decoders.
void Pipeline::encode_again(const EncodedFrame& jpeg, const FramePlan& plan, GroupSet done) {
  const DecodedRows rows = decoder_.decode(jpeg.layout, decoded_);
  if (done == 0 && rows == DecodedRows::none) {
    source_.frame_refused();
    return count(&PipelineCounts::corrupt);
  }
  if (rows == DecodedRows::none) return;
  if (rows == DecodedRows::some) count(&PipelineCounts::damaged);
  if (done == 0) {
    source_.frame_passed_on();
    count(&PipelineCounts::encoded);
  }
  encode_for(decoded_, {jpeg.sequence, jpeg.capture_time, jpeg.no_signal}, plan, done);
}

void Pipeline::encode_pixels(const CapturedFrame& frame, const FramePlan& plan) {
  const RawView picture = frame.pixels();
  note_picture({picture.width, picture.height});
  encode_for(picture, {frame.sequence, frame.capture_time, frame.no_signal}, plan, 0);
  count(&PipelineCounts::encoded);
}

// Viewers whose links carry the full frame share it if somebody needs it anyway.
void Pipeline::encode_for(const RawView& picture, const FrameIdentity& identity,
                          const FramePlan& plan, GroupSet done) {
  if (plan.wants_full && !has_group(done, kFullGroup)) {
    const SteadyTime begin = std::chrono::steady_clock::now();
    const std::shared_ptr<EncodedFrame> full = encoder_.encode(picture, identity, on_bands_);
    note_encode(begin);
    planner_.note_full_frame(full->layout.size_bytes());
    const GroupSet groups = plan.groups_that_carry(*full) & ~done;
    give(full, groups);
    done |= groups;
  }
  for (const GroupOrder& order : plan.orders)
    if (!has_group(done, order.group))
      give(encode_for_group(order, picture, identity), only_group(order.group));
}

FramePtr Pipeline::encode_for_group(const GroupOrder& order, const RawView& picture,
                                    const FrameIdentity& identity) {
  const SteadyTime begin = std::chrono::steady_clock::now();
  const int ceiling = settings_.encoder.quality;
  const FrameBudget budget{.formed = order.formed,
                           .bytes = static_cast<std::size_t>(order.budget_bytes),
                           .limit = order.limit,
                           .shown = order.shown,
                           .size_multiple = order.size_multiple,
                           .may_scale = order.may_scale,
                           .min_quality = settings_.min_quality,
                           .max_quality = std::min(ceiling, order.quality)};
  const GroupFrame made =
      group_encoders_[order.group - 1]->encode(picture, identity, budget, begin);
  note_encode(begin);
  if (made.choice.scale == 0 && made.choice.quality == ceiling)
    planner_.note_full_frame(made.frame->layout.size_bytes());
  return made.frame;
}

void Pipeline::count(std::uint64_t PipelineCounts::* what) {
  const std::scoped_lock lock(mutex_);
  ++(counts_.*what);
}

void Pipeline::note_encode(SteadyTime begin) {
  const auto spent =
      std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - begin);
  const std::scoped_lock lock(mutex_);
  ++counts_.encodes;
  encode_us_.record(static_cast<std::uint64_t>(spent.count()));
}

void Pipeline::note_picture(PictureSize size) {
  const std::scoped_lock lock(mutex_);
  counts_.width = size.width;
  counts_.height = size.height;
}

void Pipeline::give(FramePtr frame, GroupSet groups) {
  {
    const std::scoped_lock lock(mutex_);
    counts_.bytes += frame->layout.size_bytes();
  }
  sink_.submit_for(groups, std::move(frame));
}

void Pipeline::run_guarded(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    const std::scoped_lock lock(mutex_);
    error_ = error.what();
  }
}

}  // namespace jpegwire
