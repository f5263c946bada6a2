#include "sender/pipeline/size_model.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "support/size_curves.hpp"

namespace jpegwire::size_model_test {
namespace {

using namespace test;

double error_of(const SizeModel& model, std::size_t scale, int quality, double bytes) {
  return std::abs(model.size_bytes(scale, quality) / bytes - 1);
}

TEST_CASE("before it has learned, the model knows common photographs roughly") {
  SizeModel model;
  for (std::size_t scale = 0; scale < kScales.size(); ++scale)
    for (int quality = 10; quality <= 90; quality += 5) {
      CAPTURE(scale, quality);
      CHECK(error_of(model, scale, quality, measured_bytes(scale, quality)) < 0.35);
    }
}

TEST_CASE("one frame teaches the model the scene at all qualities and scales") {
  SizeModel model;
  const double complexity = GENERATE(0.2, 1.0, 4.0);
  const auto bytes = [&](std::size_t scale, int quality) {
    return scene_bytes(complexity, scale, quality);
  };
  model.learn(0, 50, static_cast<std::size_t>(bytes(0, 50)));
  CHECK(error_of(model, 0, 50, bytes(0, 50)) < 0.001);
  for (int quality = 35; quality <= 65; ++quality)
    CHECK(error_of(model, 0, quality, bytes(0, quality)) < 0.12);
  for (std::size_t scale = 1; scale < kScales.size(); ++scale)
    CHECK(error_of(model, scale, 50, bytes(scale, 50)) < 0.3);
}

TEST_CASE("a frame of another quality corrects the model most near its own") {
  SizeModel model;
  model.learn(0, 80, 320'000);
  model.learn(0, 50, 170'000);
  const SizeModel before = model;
  model.learn(0, 70, 300'000);
  const auto growth = [&](int quality) {
    return model.size_bytes(0, quality) / before.size_bytes(0, quality);
  };
  CHECK(growth(70) > 1.1);
  CHECK(model.size_bytes(0, 70) == Approx(300'000).epsilon(0.01));
  CHECK(growth(50) < growth(60));
  CHECK(growth(60) < growth(70));
  CHECK(growth(20) > 1.02);
  CHECK(growth(20) < 1.0 + 0.5 * (growth(70) - 1));
}

TEST_CASE("a frame of the same quality corrects the model at all of them") {
  SizeModel model;
  model.learn(0, 50, 170'000);
  const SizeModel before = model;
  model.learn(0, 50, 320'000);
  for (const int quality : {30, 50, 90})
    CHECK(model.size_bytes(0, quality) - 20'000 ==
          Approx(2 * (before.size_bytes(0, quality) - 20'000)).epsilon(0.01));
}

TEST_CASE("a change of the scene at one scale is expected at the others") {
  SizeModel model;
  for (const std::size_t scale : {0, 1})
    model.learn(scale, 50, static_cast<std::size_t>(scene_bytes(1, scale, 50)));
  for (int frame = 0; frame < 3; ++frame)
    model.learn(1, 50, static_cast<std::size_t>(scene_bytes(2, 1, 50)));
  CHECK(error_of(model, 0, 50, scene_bytes(2, 0, 50)) < 0.1);
}

TEST_CASE("what was learned of a scene is kept when its picture gets another size") {
  SizeModel model;
  model.set_picture_size({1920, 1080});
  model.learn(0, 50, static_cast<std::size_t>(scene_bytes(3, 0, 50)));
  model.set_picture_size({960, 540});
  CHECK(error_of(model, 0, 50, scene_bytes(3, 2, 50)) < 0.3);
}

TEST_CASE("sizes rise with the quality whatever is learned") {
  std::mt19937 random(GENERATE(range(1U, 9U)));
  SizeModel model;
  std::uniform_int_distribution<int> any_quality(1, 100);
  for (int frame = 0; frame < 200; ++frame) {
    const std::size_t scale = random() % kScales.size();
    const std::size_t bytes = random() % 8 == 0 ? random() : random() % 400'000;
    model.learn(scale, any_quality(random), frame % 50 == 0 ? 0 : bytes);
    for (int quality = 2; quality <= 100; ++quality) {
      const double size = model.size_bytes(scale, quality);
      if (!std::isfinite(size) || size < model.size_bytes(scale, quality - 1))
        FAIL("quality " << quality << " of scale " << scale << " after frame " << frame);
    }
  }
}

TEST_CASE("the model predicts a slowly changing scene within 5 percent") {
  const unsigned seed = GENERATE(range(1U, 25U));
  const bool is_steady = GENERATE(true, false);
  CAPTURE(seed, is_steady);
  SyntheticScene scene(seed);
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> step(-5, 5);
  SizeModel model;
  const std::size_t scale = seed % kScales.size();
  int quality = 50;
  int over = 0;
  double worst = 0;
  for (int frame = 0; frame < 900; ++frame) {
    scene.go_on();
    if (!is_steady && frame % 5 == 0) quality = std::clamp(quality + step(random), 30, 85);
    const double bytes = scene.bytes(scale, quality);
    const double error = error_of(model, scale, quality, bytes);
    model.learn(scale, quality, static_cast<std::size_t>(bytes));
    if (frame < 90) continue;
    worst = std::max(worst, error);
    if (error > 0.05) ++over;
  }
  // Where the quality changes, 2 percent of the frames may be worse.
  CHECK(over <= (is_steady ? 0 : 16));
  CHECK(worst < 0.1);
}

}  // namespace
}  // namespace jpegwire::size_model_test
