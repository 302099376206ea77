#include "core/appraisal/mesh.h"

#include <gtest/gtest.h>

#include "tests/core/appraisal/world.h"

namespace earshot {
namespace {

// A reference agent beside each landmark of the scene, run by the landmark's domain.
struct Mesh {
  Mesh() {
    std::uint8_t number = 1;
    for (const Landmark& at : scene.landmarks) {
      Scene beside;
      beside.AnswersFrom(at.position, Milliseconds(0.05));
      references.push_back({.agent = DeviceId(Bytes32{number++}),
                            .position = at.position,
                            .position_uncertainty = Distance::Metres(200),
                            .domain = at.domain,
                            .landmarks = beside.observation.landmarks});
    }
  }
  // What `landmark` says of every agent becomes this short.
  void Shorten(std::size_t landmark, double ms) {
    for (auto& reference : references) {
      for (Sample& sample : reference.landmarks[landmark].samples) {
        sample.rtt = std::min(sample.rtt, Rtt::FromDuration(Milliseconds(ms)));
      }
    }
  }
  MeshFindings Judge() const { return JudgeMesh(references, scene.landmarks, scene.policy); }

  Scene scene;
  std::vector<ReferenceObservation> references;
};

TEST(JudgeMesh, HonestMeshIsMeasuredAndShowsNoFault) {
  const MeshFindings findings = Mesh().Judge();
  EXPECT_TRUE(findings.state.measured);
  EXPECT_TRUE(findings.state.faulty.empty());
  EXPECT_TRUE(findings.agents_at_fault.empty());
}

TEST(JudgeMesh, WithoutAgentsNothingIsMeasured) {
  const Scene scene;
  EXPECT_FALSE(JudgeMesh({}, scene.landmarks, scene.policy).state.measured);
  EXPECT_FALSE(JudgeMesh({}, {}, scene.policy).state.measured);
}

TEST(JudgeMesh, LandmarkContradictedByAgentsOfSeveralDomainsIsAtFaultAlone) {
  Mesh mesh;
  mesh.Shorten(5, 2.0);  // Tokyo claims to hear everybody within 300 km
  const MeshFindings findings = mesh.Judge();
  ASSERT_EQ(findings.state.faulty.size(), 1U);
  EXPECT_EQ(findings.state.faulty[0].value(), "tyo-1");
  EXPECT_TRUE(findings.agents_at_fault.empty());
  EXPECT_TRUE(findings.state.measured);
}

TEST(JudgeMesh, SlowLandmarkIsNotAtFault) {
  Mesh mesh;
  for (auto& reference : mesh.references) {
    for (Sample& sample : reference.landmarks[5].samples) {
      sample.rtt = Rtt::FromDuration(Milliseconds(400));
    }
  }
  EXPECT_TRUE(mesh.Judge().state.faulty.empty());
}

TEST(JudgeMesh, MisplacedAgentIsOutvotedByTheLandmarksOfTwoDomains) {
  Mesh mesh;
  // The agent of tyo-1 answers from Hong Kong.
  Scene elsewhere;
  mesh.references[5].landmarks =
      elsewhere.AnswersFrom(kHongKong, Milliseconds(0.1)).observation.landmarks;
  const MeshFindings findings = mesh.Judge();
  EXPECT_TRUE(findings.state.faulty.empty());
  EXPECT_EQ(findings.agents_at_fault, std::vector<DeviceId>{mesh.references[5].agent});
}

TEST(JudgeMesh, TieBlamesBoth) {
  Mesh mesh;
  mesh.references.resize(1);  // one agent in Singapore
  for (Sample& sample : mesh.references[0].landmarks[5].samples) {
    sample.rtt = Rtt::FromDuration(Milliseconds(1));
  }
  const MeshFindings findings = mesh.Judge();
  EXPECT_EQ(findings.state.faulty, std::vector<LandmarkId>{LandmarkId("tyo-1")});
  EXPECT_EQ(findings.agents_at_fault.size(), 1U);
  EXPECT_FALSE(findings.state.measured);  // the only witness is set aside
}

TEST(JudgeMesh, AgentOfTheLandmarksOwnDomainDoesNotMeasureIt) {
  Mesh mesh;
  mesh.references.resize(1);
  mesh.scene.landmarks.resize(1);
  EXPECT_FALSE(mesh.Judge().state.measured);
  mesh.references[0].domain = TrustDomain("another");
  EXPECT_TRUE(mesh.Judge().state.measured);
}

TEST(JudgeMesh, UncertaintyOfAnAgentsPlaceExcusesAsMuch) {
  Mesh mesh;
  mesh.references[5].position = At(35.68, 141.0);  // 111 km east of where it answers from
  EXPECT_FALSE(mesh.Judge().state.faulty.empty());
  mesh.references[5].position_uncertainty = Km(120);
  EXPECT_TRUE(mesh.Judge().state.faulty.empty());
}

}  // namespace
}  // namespace earshot
